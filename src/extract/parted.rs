//! A day that a label gives and an hour that stands elsewhere.

use super::choose::Pool;
use crate::domain::field::{FieldName, Precision, Reading, Source, Value};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone};
use chrono_tz::Europe::Paris;

/// The day that a label gives without an hour.
pub(super) fn labelled_day(pool: &Pool) -> Option<NaiveDate> {
    let field = pool.choose(FieldName::StartedAt);
    match field.reading {
        Reading::Present(Value::Instant {
            at,
            precision: Precision::Day,
        }) if field.evidence.as_ref()?.source == Source::Label => {
            Some(at.with_timezone(&Paris).date_naive())
        }
        _ => None,
    }
}

/// The hour of `time` on that day.
pub(super) fn joined(day: NaiveDate, time: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
    let hour = time.with_timezone(&Paris).time();
    let at = Paris.from_local_datetime(&day.and_time(hour)).earliest()?;
    Some(at.fixed_offset())
}
