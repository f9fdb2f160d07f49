//! Conditions, and whether they are met.

use crate::target::Target;
use kanister_sdk::prelude::*;
use kanister_sdk::serde::Deserialize;

/// What is waited for: one of `any_of`, or all of `all_of`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(crate = "kanister_sdk::serde", rename_all = "camelCase")]
pub struct Conditions {
    any_of: Option<Vec<Condition>>,
    all_of: Option<Vec<Condition>>,
}

/// A template that says `true` or not, and about which object.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(crate = "kanister_sdk::serde", rename_all = "camelCase")]
pub struct Condition {
    pub condition: String,
    pub object_reference: Target,
}

/// Whether what is waited for is there.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    Met,
    /// What is missing, for people.
    NotYet(String),
}

impl Conditions {
    fn lists(&self) -> [(&'static str, &[Condition]); 2] {
        [
            ("anyOf", self.any_of.as_deref().unwrap_or_default()),
            ("allOf", self.all_of.as_deref().unwrap_or_default()),
        ]
    }

    fn all(&self) -> impl Iterator<Item = (String, &Condition)> {
        self.lists().into_iter().flat_map(|(list, conditions)| {
            let numbered = conditions.iter().enumerate();
            numbered.map(move |(index, condition)| (format!("{list}[{index}]"), condition))
        })
    }

    /// Refuses what can never be met.
    pub fn check(&self) -> Result<(), Invalid> {
        for (place, condition) in self.all() {
            condition
                .object_reference
                .check(&format!("conditions.{place}.objectReference"))?;
        }
        if self.all().next().is_none() {
            return Err(Invalid::new(
                "conditions",
                "there is no condition to wait for; write anyOf or allOf",
            ));
        }
        Ok(())
    }

    /// Following the objects.
    pub fn accesses(&self) -> Vec<Access> {
        self.targets().iter().flat_map(Target::accesses).collect()
    }

    /// The objects, each once.
    pub fn targets(&self) -> Vec<Target> {
        let mut targets: Vec<Target> = Vec::new();
        for (_, condition) in self.all() {
            if !targets.contains(&condition.object_reference) {
                targets.push(condition.object_reference.clone());
            }
        }
        targets
    }

    /// Asks `holds` about each condition until the outcome is clear. A condition without an
    /// answer is one that does not hold yet.
    pub fn verdict(&self, mut holds: impl FnMut(&Condition) -> Result<bool, String>) -> Verdict {
        let mut missing = None;
        for (list, conditions) in self.lists() {
            let any = list == "anyOf";
            let mut all_hold = !conditions.is_empty();
            for (index, condition) in conditions.iter().enumerate() {
                let why = match holds(condition) {
                    Ok(true) if any => return Verdict::Met,
                    Ok(true) => continue,
                    Ok(false) => "the condition does not hold".to_owned(),
                    Err(why) => why,
                };
                all_hold = false;
                let object = condition.object_reference.text();
                missing = Some(format!("{list}[{index}], {object}: {why}"));
                if !any {
                    break;
                }
            }
            if !any && all_hold {
                return Verdict::Met;
            }
        }
        Verdict::NotYet(missing.unwrap_or_else(|| "there is no condition".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(any_of: &[&str], all_of: &[&str]) -> Conditions {
        let list = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| json!({"condition": text, "objectReference": {"resource": "pods", "name": text}}))
                .collect::<Vec<_>>()
        };
        serde_json::from_value(json!({"anyOf": list(any_of), "allOf": list(all_of)})).unwrap()
    }

    fn verdict(any_of: &[&str], all_of: &[&str]) -> Verdict {
        conditions(any_of, all_of).verdict(|condition| match condition.condition.as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(other.to_owned()),
        })
    }

    #[test]
    fn one_of_any_or_all_of_all() {
        for (any_of, all_of) in [
            (&["no", "yes"][..], &[][..]),
            (&["yes"], &["no"]),
            (&["broken", "yes"], &[]),
            (&[], &["yes", "yes"]),
            (&["no"], &["yes"]),
        ] {
            assert_eq!(
                verdict(any_of, all_of),
                Verdict::Met,
                "{any_of:?} {all_of:?}"
            );
        }
        for (any_of, all_of) in [
            (&["no", "broken"][..], &[][..]),
            (&[], &["yes", "no"]),
            (&[], &["broken", "yes"]),
            (&["no"], &[]),
            (&[], &[]),
        ] {
            assert!(
                matches!(verdict(any_of, all_of), Verdict::NotYet(_)),
                "{any_of:?} {all_of:?}"
            );
        }
    }

    #[test]
    fn what_is_missing_says_where_and_why() {
        assert_eq!(
            verdict(&[], &["yes", "broken", "no"]),
            Verdict::NotYet("allOf[1], pods \"broken\": broken".to_owned())
        );
        assert_eq!(
            verdict(&["no"], &[]),
            Verdict::NotYet("anyOf[0], pods \"no\": the condition does not hold".to_owned())
        );
    }

    #[test]
    fn an_object_of_several_conditions_is_followed_once() {
        let several = conditions(&["yes", "no"], &["yes"]);
        assert_eq!(several.targets().len(), 2);
    }
}
