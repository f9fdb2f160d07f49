//! What an answer of the API server means for a run.

use kanister_engine::StoreError;

/// What an answer of the API server means for a record.
pub(super) fn store_error(error: &kube::Error) -> StoreError {
    match error {
        kube::Error::Api(status) => match status.code {
            404 => StoreError::Gone,
            409 => StoreError::Conflict,
            // Too many requests, a timeout, or the server's own fault.
            408 | 429 | 500.. => StoreError::Unavailable(status.message.clone()),
            _ => StoreError::Rejected(status.message.clone()),
        },
        kube::Error::SerdeError(error) => {
            StoreError::Rejected(format!("the API server's answer cannot be read: {error}"))
        }
        other => StoreError::Unavailable(format!("the API server does not answer: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::core::Status;

    #[test]
    fn answers_mean_what_a_run_can_do_about_them() {
        let answer = |code: u16| {
            let status = Status::failure("why", "Reason").with_code(code);
            store_error(&kube::Error::Api(Box::new(status)))
        };
        assert_eq!(answer(404), StoreError::Gone);
        assert_eq!(answer(409), StoreError::Conflict);
        assert_eq!(answer(422), StoreError::Rejected("why".to_owned()));
        assert_eq!(answer(403), StoreError::Rejected("why".to_owned()));
        for code in [429, 500, 503] {
            assert_eq!(answer(code), StoreError::Unavailable("why".to_owned()));
        }
    }
}
