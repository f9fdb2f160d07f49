//! `LocationDelete`: what lies below a path of the action's store.

mod path;

use kanister_sdk::prelude::*;
use path::path;

/// The Profile of the action.
const SLOT: &str = "profile";

#[arguments]
struct LocationDelete {
    /// The path to delete, below the prefix of the Profile; its first element may be the
    /// bucket.
    artifact: String,
}

/// Deletes the object at a path of the Profile's store, and every object below it. Nothing
/// there is no error.
#[function(version = "0.0.0", idempotent, plan = plan)]
fn location_delete(cx: &Context, args: LocationDelete) -> Result<()> {
    let path = path(&args.artifact, &cx.params()?)?;
    let location = cx.location(SLOT)?;
    let mut count = 0;
    loop {
        // A very large prefix takes several calls.
        match location.delete_prefix(&path)? {
            0 => break,
            deleted => count += deleted,
        }
        cx.check_cancelled()?;
    }
    match location.delete(&path).map_err(Failure::from) {
        Err(Failure::Permanent(cause)) if cause.code == "not-found" => {}
        deleted => deleted?,
    }
    cx.log(
        Level::Info,
        "deleted",
        &[("path", &path), ("objects below it", &count.to_string())],
    );
    Ok(())
}

fn plan(args: &LocationDelete, call: &Call) -> Result<Vec<Access>, Invalid> {
    let params = serde_json::from_str(&call.params)
        .map_err(|error| Invalid::new("", format!("the parameters of the call: {error}")))?;
    Ok(vec![access::delete(SLOT, &path(&args.artifact, &params)?)])
}

kanister_sdk::plugin!(location_delete);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_exactly_the_path() {
        let call = Call {
            function: "LocationDelete".into(),
            version: "0.0.0".into(),
            args: json!({"artifact": "backups/app/one/"}).to_string(),
            params: json!({"Profile": {"Location": {"type": "s3Compliant", "bucket": "backups"}}})
                .to_string(),
            extensions: vec![],
        };
        assert_eq!(
            (location_delete::FUNCTION.plan)(&call),
            Ok(Some(vec![access::delete("profile", "app/one")]))
        );
        let described = (location_delete::FUNCTION.describe)();
        assert!(described.idempotent && described.name == "LocationDelete");
    }
}
