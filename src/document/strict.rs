//! JSON that says one thing only.
//!
//! Of two members with one name serde_json keeps the last, jq too, others the first: a `status` could be SUCCESS to one stage and
//! MFA_REQUIRED to the next. So two different values are refused. And a value takes some fifty times the memory of the two bytes that
//! `0,` takes in the text, so there is a limit to their number beside the one to the bytes.

use crate::error::printable;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// The most values of a document, members of objects and items of arrays at any depth. 250 roles make some 2,000.
pub const VALUES: usize = 50_000;

/// The deepest nesting of a document. It is serde_json's own, one less than its limit.
pub const DEPTH: usize = 127;

/// With the feature arbitrary_precision serde_json hands a number over as an object with this one member.
const NUMBER: &str = "$serde_json::private::Number";

/// A value, and how many there are in it.
pub(super) struct Strict {
    pub(super) value: Value,
    pub(super) count: usize,
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        let left = Cell::new(VALUES);
        let value = Reader { left: &left }.deserialize(deserializer)?;
        Ok(Strict { value, count: VALUES - left.get() })
    }
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return Err(Error::custom(format!("holds more than {VALUES} JSON values"))),
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == NUMBER && out.is_empty() {
                let text = members.next_value::<String>()?;
                let number =
                    text.parse::<Number>().map_err(|_| Error::custom("holds a number that is none"))?;
                return match members.next_key::<String>()? {
                    None => Ok(Value::Number(number)),
                    Some(_) => Err(Error::custom("holds a number that is none")),
                };
            }
            let value = members.next_value_seed(self)?;
            match out.get(&name) {
                Some(known) if *known != value => {
                    return Err(Error::custom(format!("holds two values of {}", printable(&name))));
                }
                _ => out.insert(name, value),
            };
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::IntoDeserializer;
    use serde::de::value::Error as Fault;
    use serde_json::json;

    fn value(text: &str) -> Result<Value, String> {
        serde_json::from_str::<Strict>(text).map(|strict| strict.value).map_err(|error| error.to_string())
    }

    #[test]
    fn every_kind_of_value_is_read_and_counted() {
        let text = r#"{"a":null,"b":[true,false,"x",-1,1.50,{}],"c":12345678901234567890123}"#;
        let strict = serde_json::from_str::<Strict>(text).unwrap();
        assert_eq!((strict.value.to_string().as_str(), strict.count), (text, 10));
        // Numbers as readers without arbitrary precision hand them over.
        let given =
            |deserializer| Strict::deserialize::<serde::de::value::U64Deserializer<Fault>>(deserializer);
        assert_eq!(given(7_u64.into_deserializer()).unwrap().value, json!(7));
        let given =
            |deserializer| Strict::deserialize::<serde::de::value::I64Deserializer<Fault>>(deserializer);
        assert_eq!(given((-7_i64).into_deserializer()).unwrap().value, json!(-7));
        let bytes = serde::de::value::BytesDeserializer::<Fault>::new(b"x");
        assert!(Strict::deserialize(bytes).err().unwrap().to_string().ends_with("expected JSON"));
    }

    #[test]
    fn an_object_that_looks_like_a_number_is_one_or_is_refused() {
        let number = |text: &str, rest: &str| value(&format!("{{\"{NUMBER}\":{text}{rest}}}"));
        assert_eq!(number("\"1.5\"", ""), value("1.5"));
        assert!(number("\"x\"", "").unwrap_err().contains("a number that is none"));
        assert!(number("\"1\"", ",\"a\":1").unwrap_err().contains("a number that is none"));
        // Behind another member it is a name as any other.
        let behind = value(&format!("{{\"a\":1,\"{NUMBER}\":\"x\"}}")).unwrap();
        assert_eq!(behind[NUMBER], "x");
    }

    #[test]
    fn a_name_may_say_the_same_twice() {
        assert_eq!(value(r#"{"a":[1],"b":2,"a":[1]}"#), Ok(json!({"a": [1], "b": 2})));
        assert!(value(r#"{"a":[1],"b":2,"a":[2]}"#).unwrap_err().contains("two values of a"));
        assert!(value(r#"{"a":1,"a":1.0}"#).is_err());
    }
}
