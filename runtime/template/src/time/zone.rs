//! Named zones, from the zone data compiled into the program.

/// Offset in seconds and abbreviation of a zone at an instant. "UTC", "" and "Local" are UTC.
pub(super) fn lookup(name: &str, seconds: i64) -> Option<(i32, String)> {
    if matches!(name, "" | "UTC" | "Local") {
        return Some((0, "UTC".into()));
    }
    let zone = jiff::tz::TimeZone::get(name).ok()?;
    // Go refuses names in another case than the zone data has.
    if zone.iana_name() != Some(name) {
        return None;
    }
    let (least, most) = (
        jiff::Timestamp::MIN.as_second(),
        jiff::Timestamp::MAX.as_second(),
    );
    let instant = jiff::Timestamp::from_second(seconds.clamp(least, most)).ok()?;
    let info = zone.to_offset_info(instant);
    Some((info.offset().seconds(), info.abbreviation().to_string()))
}
