//! The status with which a command ends.

use crate::capability::kube::KubeError;
use crate::capability::kube::error::brief;
use kube::core::Status;

/// The exit code in a status: 0 for `Success`; for `NonZeroExitCode` the one among its
/// causes.
///
/// # Errors
/// The command was not run: no such program, no such container.
pub(super) fn exit_code(text: &[u8]) -> Result<i32, KubeError> {
    let status: Status = serde_json::from_slice(text).map_err(|error| {
        KubeError::Other(format!(
            "the status of the command is not understood: {error}"
        ))
    })?;
    if status.is_success() {
        return Ok(0);
    }
    if status.reason == "NonZeroExitCode" {
        let causes = status.details.iter().flat_map(|details| &details.causes);
        let code = causes
            .filter(|cause| cause.reason == "ExitCode")
            .find_map(|cause| cause.message.trim().parse().ok());
        // A failure without its code is still no success.
        return code.ok_or_else(|| KubeError::Other(brief(&status.message)));
    }
    match KubeError::of_status(&status, None) {
        // The container runtime says so; asking again does not help.
        KubeError::Unavailable(why) => Err(KubeError::Other(why)),
        error => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_among_the_causes() {
        let ended = br#"{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}"#;
        assert_eq!(exit_code(ended), Ok(3));
        assert_eq!(exit_code(br#"{"metadata":{},"status":"Success"}"#), Ok(0));
    }

    #[test]
    fn whatever_is_not_clearly_a_success_is_none() {
        let not_run = br#"{"status":"Failure","reason":"InternalError","code":500,"message":"exec: \"nope\": executable file not found in $PATH"}"#;
        assert!(matches!(exit_code(not_run), Err(KubeError::Other(why)) if why.contains("nope")));
        for text in [
            br#"{"status":"Failure","reason":"NonZeroExitCode"}"#.as_slice(),
            br#"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"x"}]}}"#,
            b"{}",
            b"",
            b"Success",
        ] {
            assert!(exit_code(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
    }
}
