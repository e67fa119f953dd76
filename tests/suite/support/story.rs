//! An installation with what was delivered to it so far: what kills of the service are told of.

use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use super::service::Service;
use super::station::Station;

/// How long a service may take to reach a kill point: a hang guard.
const LIMIT: Duration = Duration::from_secs(300);

/// A station, its service, and how many messages it got.
pub struct Story {
    /// The servers around it.
    pub station: Station,
    /// The program.
    pub service: Service,
    /// Messages delivered.
    pub delivered: usize,
}

impl Story {
    /// Starts the servers; `capability` replaces what Dovecot says it can do.
    pub fn begin(capability: Option<&str>) -> Self {
        let station = Station::start(capability);
        let service = station.service();
        Self {
            station,
            service,
            delivered: 0,
        }
    }

    /// Delivers so many more.
    pub fn deliver(&mut self, count: usize) {
        self.station.deliver(self.delivered..self.delivered + count);
        self.delivered += count;
    }

    /// Delivers a portion and starts the service so that it ends at a point, with more until it does.
    pub fn run_into(&mut self, point: &str, portion: usize) -> ExitStatus {
        self.deliver(portion);
        self.service.start_with(&[("VIGIE_FAILPOINT", point)]);
        let begun = Instant::now();
        let mut last = Instant::now();
        loop {
            if let Some(status) = self.service.ended() {
                return status;
            }
            assert!(
                begun.elapsed() < LIMIT,
                "{point} is not reached: has this binary debug assertions?"
            );
            if last.elapsed() > Duration::from_millis(1_500) {
                self.deliver(1);
                last = Instant::now();
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
