//! What `vigie check` tries of `[alarm]`: that whoever is called can be reached. Nobody is called.

use super::check::{Found, remote, security};
use crate::config::{Alarm, Transport};
use crate::transport::Webhook;

/// One line for each way that is configured. That addresses are addresses is checked with the
/// configuration.
pub(super) async fn all(alarm: &Alarm) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(mail) = &alarm.mail {
        let smtp = &mail.smtp;
        let place = format!("{}:{}, {}", smtp.host, smtp.port, security(smtp.security));
        let transport = crate::transport::Transport::new(&Transport::Smtp(smtp.clone()));
        let tried = transport.check().await;
        transport.close().await;
        found.push(Found {
            name: "alarm mail",
            result: match tried {
                Ok(()) => Ok(format!("{place}, nothing was sent")),
                Err(error) => Err(remote(&place, &error.into(), "[alarm] smtp_url")),
            },
        });
    }
    if let Some(webhook) = &alarm.webhook {
        let place = format!("{}:{}", webhook.host, webhook.port);
        let tried = Webhook::new(webhook.clone()).check().await;
        found.push(Found {
            name: "webhook",
            result: match tried {
                Ok(()) => Ok(format!("{place} is reached, nothing was sent")),
                Err(error) => Err(remote(&place, &error.into(), "[alarm] webhook")),
            },
        });
    }
    found
}
