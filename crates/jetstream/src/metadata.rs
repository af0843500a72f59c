//! What people note beside a stream or consumer: a map that takes little memory, because each of them has one.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Texts by name, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(Box<[(Box<str>, Box<str>)]>);

impl Metadata {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and texts, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, &**text))
    }

    /// What is noted under a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.place(name).ok()?;
        Some(&self.0[at].1)
    }

    /// Notes a text; it takes the place of what the name had.
    pub fn insert(&mut self, name: &str, text: &str) {
        match self.place(name) {
            Ok(at) => self.0[at].1 = text.into(),
            Err(at) => {
                let mut all = std::mem::take(&mut self.0).into_vec();
                all.insert(at, (name.into(), text.into()));
                self.0 = all.into();
            }
        }
    }

    /// Keeps the names that `keep` says yes to.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        if self.iter().any(|(name, _)| !keep(name)) {
            let mut all = std::mem::take(&mut self.0).into_vec();
            all.retain(|(name, _)| keep(name));
            self.0 = all.into();
        }
    }

    /// Bytes of all names and texts.
    pub(crate) fn size(&self) -> usize {
        self.iter()
            .map(|(name, text)| name.len() + text.len())
            .sum()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<Box<str>, Box<str>>::deserialize(from)?;
        Ok(Self(map.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_text_and_names_are_in_order() {
        let mut metadata = Metadata::default();
        for (name, text) in [("b", "1"), ("a", "2"), ("c", "3"), ("b", "4")] {
            metadata.insert(name, text);
        }
        assert!(metadata.iter().eq([("a", "2"), ("b", "4"), ("c", "3")]));
        assert_eq!((metadata.get("b"), metadata.get("d")), (Some("4"), None));
        assert_eq!(metadata.size(), 6);
        metadata.retain(|name| name != "b");
        assert!(metadata.iter().eq([("a", "2"), ("c", "3")]));
    }

    #[test]
    fn it_is_an_object_of_texts() {
        let text = r#"{"z":"1","a":"2","z":"3"}"#;
        let metadata: Metadata = serde_json::from_str(text).unwrap();
        assert_eq!(
            serde_json::to_string(&metadata).unwrap(),
            r#"{"a":"2","z":"3"}"#
        );
        assert!(serde_json::from_str::<Metadata>(r#"{"z":1}"#).is_err());
    }
}
