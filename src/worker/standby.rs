//! What an instance says while another one reads the mailbox: once, and once when it takes over.

/// Tells once that another instance reads the mailbox, and once that this one does.
pub(super) fn tell(is_elsewhere: &mut bool, instance: Option<i64>) {
    if std::mem::replace(is_elsewhere, instance.is_some()) == instance.is_some() {
        return;
    }
    match instance {
        Some(instance) => tracing::info!(
            event = "mailbox.held_elsewhere",
            instance,
            "another instance reads the mailbox: this one stands by"
        ),
        None => tracing::info!(
            event = "mailbox.taken_over",
            "this instance reads the mailbox"
        ),
    }
}
