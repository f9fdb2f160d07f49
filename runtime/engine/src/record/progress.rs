//! How far an ActionSet is, summed over its phases. The rules are upstream's.

use kanister_api::{ActionSetStatus, PhaseProgress, Time};
use kanister_host::capability::progress::Progress;

/// Sums the phases up. `lastTransitionTime` changes only when a figure does.
pub(super) fn sum(status: &mut ActionSetStatus, before: &ActionSetStatus, now: &Time) {
    let phases = || status.actions.iter().flat_map(|action| &action.phases);
    let count = phases().count();
    let mut percent = 0_u64;
    let mut sizes = [0_i64; 4];
    for phase in phases() {
        let PhaseProgress {
            progress_percent,
            size_downloaded_b,
            size_uploaded_b,
            estimated_download_size_b,
            estimated_upload_size_b,
            ..
        } = &phase.progress;
        percent = percent.saturating_add(progress_percent.parse::<u64>().unwrap_or(0).min(100));
        let own = [
            size_downloaded_b,
            size_uploaded_b,
            estimated_download_size_b,
            estimated_upload_size_b,
        ];
        for (sum, own) in sizes.iter_mut().zip(own) {
            *sum = sum.saturating_add(*own);
        }
    }
    // deferPhases do not count, and nothing to do says nothing about how far it is.
    let average = u64::try_from(count)
        .ok()
        .and_then(|count| percent.checked_div(count));
    let progress = &mut status.progress;
    if let Some(average) = average
        && (average > 0 || !progress.percent_completed.is_empty())
    {
        progress.percent_completed = average.to_string();
    }
    let [downloaded, uploaded, estimated_download, estimated_upload] = sizes;
    progress.size_downloaded_b = downloaded;
    progress.size_uploaded_b = uploaded;
    progress.estimated_download_size_b = estimated_download;
    progress.estimated_upload_size_b = estimated_upload;
    let figures = |progress: &kanister_api::ActionProgress| {
        (
            progress.percent_completed.clone(),
            progress.size_downloaded_b,
            progress.size_uploaded_b,
            progress.estimated_download_size_b,
            progress.estimated_upload_size_b,
        )
    };
    if figures(progress) != figures(&before.progress) {
        progress.last_transition_time = Some(now.clone());
    }
}

/// Puts what a function reported into the progress of its phase. What the report leaves out stays.
pub(crate) fn apply(progress: &mut PhaseProgress, report: &Progress, now: &Time) {
    let Progress {
        percent,
        downloaded,
        uploaded,
        estimated_download,
        estimated_upload,
        estimated_seconds,
        note: _,
    } = report;
    let before = progress.clone();
    if let Some(percent) = percent {
        progress.progress_percent = percent.to_string();
    }
    let fields = [
        (&mut progress.size_downloaded_b, downloaded),
        (&mut progress.size_uploaded_b, uploaded),
        (&mut progress.estimated_download_size_b, estimated_download),
        (&mut progress.estimated_upload_size_b, estimated_upload),
    ];
    for (field, reported) in fields {
        if let Some(reported) = reported {
            *field = i64::try_from(*reported).unwrap_or(i64::MAX);
        }
    }
    if let Some(seconds) = estimated_seconds {
        progress.set_estimated_time(i64::try_from(*seconds).unwrap_or(i64::MAX));
    }
    if *progress != before {
        progress.last_transition_time = Some(now.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use serde_json::json;

    fn status(percents: &[&[&str]]) -> ActionSetStatus {
        let actions: Vec<_> = percents
            .iter()
            .map(|phases| {
                let phases: Vec<_> = phases
                    .iter()
                    .map(|percent| json!({"name": "p", "state": "running", "progress": {"progressPercent": percent, "sizeUploadedB": 5}}))
                    .collect();
                json!({"name": "a", "phases": phases})
            })
            .collect();
        serde_json::from_value(json!({"state": "running", "actions": actions})).unwrap()
    }

    #[test]
    fn the_whole_is_the_average_of_all_phases() {
        for (percents, whole) in [
            (&[&["20", ""][..], &["20", ""]][..], "10"),
            (&[&["100", "100"], &["100", "100"]], "100"),
            (&[&["100", "", ""]], "33"),
            (&[&["", ""]], ""),
            (&[&[]], ""),
            (&[&["nonsense", "100"]], "50"),
        ] {
            let mut status = status(percents);
            let before = status.clone();
            sum(&mut status, &before, &clock::now());
            assert_eq!(status.progress.percent_completed, whole, "{percents:?}");
            let phases: i64 = percents.iter().map(|phases| phases.len() as i64).sum();
            assert_eq!(status.progress.size_uploaded_b, 5 * phases);
        }
    }

    #[test]
    fn the_time_changes_with_a_figure_only() {
        let mut status = status(&[&["50"]]);
        let before = status.clone();
        sum(&mut status, &before, &clock::now());
        assert!(status.progress.last_transition_time.is_some());
        let first = status.clone();
        let later = Time(first.progress.last_transition_time.clone().unwrap().0
            + std::time::Duration::from_secs(9));
        sum(&mut status, &first, &later);
        assert_eq!(status, first);
    }

    #[test]
    fn a_report_keeps_what_it_leaves_out() {
        let mut progress = PhaseProgress::default();
        let report = |percent, uploaded| Progress {
            percent,
            uploaded,
            ..Progress::default()
        };
        apply(&mut progress, &report(Some(20), Some(7)), &clock::now());
        apply(&mut progress, &report(None, Some(9)), &clock::now());
        assert_eq!(progress.progress_percent, "20");
        assert_eq!(progress.size_uploaded_b, 9);
    }
}
