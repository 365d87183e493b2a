//! JSON-RPC 2.0 on lines: how calls, answers and notices are written and read.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::VariantNames;

use super::protocol::{Call, Notice, Reply};
use crate::domain::rejection::Rejection;

/// The longest line an engine reads, in bytes.
pub const LONGEST_CALL: usize = 16 * 1024 * 1024;
/// The longest line a client reads, in bytes: a mission of many weeks is attached in one.
pub const LONGEST_ANSWER: usize = 256 * 1024 * 1024;

/// The codes of errors: the first four are JSON-RPC's, the others ours.
pub mod code {
    /// The line is no JSON, or too long.
    pub const PARSE: i64 = -32_700;
    /// It is JSON, but no call.
    pub const INVALID_REQUEST: i64 = -32_600;
    /// A method that this engine does not have.
    pub const UNKNOWN_METHOD: i64 = -32_601;
    /// Parameters that do not fit the method.
    pub const INVALID_PARAMS: i64 = -32_602;
    /// The engine tried and could not.
    pub const FAILED: i64 = -32_000;
    /// The mission refused; `data` is the rejection.
    pub const REJECTED: i64 = -32_001;
    /// Something was asked before `hello`.
    pub const NO_HELLO: i64 = -32_002;
    /// The peer may not talk to this engine.
    pub const FORBIDDEN: i64 = -32_003;
}

/// What a client calls an answer by: a number or a text of its choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CallId(Value);

/// A JSON-RPC error object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RpcError {
    pub code: i64,
    pub message: String,
    /// The rejection, where the mission refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// A line that is no call, and the id to answer it by where it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct BadCall {
    pub id: CallId,
    pub error: RpcError,
}

/// What an engine sends.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// The answer to one call.
    Answer { id: u64, outcome: Result<Reply, RpcError> },
    /// Something nobody asked for.
    Notice(Notice),
    /// An error about a line as a whole, or about the connection.
    Complaint(RpcError),
    /// A notice of a kind this version does not know.
    Unknown,
}

impl CallId {
    /// The id of an answer to a line whose id could not be read.
    pub fn null() -> Self {
        Self(Value::Null)
    }
}

impl RpcError {
    /// An error without data.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// The mission's refusal.
    pub fn rejected(rejection: &Rejection) -> Self {
        let data = serde_json::to_value(rejection).ok();
        Self { code: code::REJECTED, message: rejection.sentence.clone(), data }
    }

    /// The mission's refusal, when it is one.
    pub fn rejection(&self) -> Option<Rejection> {
        if self.code != code::REJECTED {
            return None;
        }
        serde_json::from_value(self.data.clone()?).ok()
    }
}

/// What every line is: the version, an id where something is asked or answered, and what is said.
#[derive(Serialize)]
struct Envelope<Id, Body> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    #[serde(flatten)]
    body: Body,
}

/// An answer's second half.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome<'a> {
    Result(&'a Reply),
    Error(&'a RpcError),
}

/// A call as a line, without its end.
pub fn encode_call(id: u64, call: &Call) -> serde_json::Result<String> {
    line(Some(id), call)
}

/// A notice as a line, without its end.
pub fn encode_notice(notice: &Notice) -> serde_json::Result<String> {
    line(None::<u64>, notice)
}

/// An answer as a line, without its end.
pub fn encode_answer(id: &CallId, outcome: &Result<Reply, RpcError>) -> serde_json::Result<String> {
    line(Some(id), outcome.as_ref().map_or_else(Outcome::Error, Outcome::Result))
}

fn line(id: Option<impl Serialize>, body: impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(&Envelope { jsonrpc: "2.0", id, body })
}

/// Reads a line that a client sent.
pub fn decode_call(line: &[u8]) -> Result<(CallId, Call), Box<BadCall>> {
    let bad = |id, code, message: String| Box::new(BadCall { id, error: RpcError::new(code, message) });
    let refused = |message: &str| bad(CallId::null(), code::INVALID_REQUEST, message.to_owned());
    let mut call = match serde_json::from_slice(line) {
        Ok(Value::Object(call)) => call,
        Ok(_) => return Err(refused("a call is one JSON object; batches are not taken")),
        Err(error) => {
            return Err(bad(CallId::null(), code::PARSE, format!("the line is no JSON: {error}")));
        }
    };
    let id = match call.remove("id") {
        Some(id @ (Value::Number(_) | Value::String(_))) => CallId(id),
        _ => return Err(refused("every call needs an id: a number or a text")),
    };
    let Some(method) = call.get("method").and_then(Value::as_str) else {
        return Err(bad(id, code::INVALID_REQUEST, "every call needs a method".to_owned()));
    };
    if !Call::VARIANTS.contains(&method) {
        let message = format!("there is no method {method:?}; there are {}", Call::VARIANTS.join(", "));
        return Err(bad(id, code::UNKNOWN_METHOD, message));
    }
    // Some clients send empty parameters where a method takes none.
    if call.get("params").is_some_and(is_empty) {
        call.remove("params");
    }
    serde_json::from_value(Value::Object(call))
        .map(|call| (id.clone(), call))
        .map_err(|error| bad(id, code::INVALID_PARAMS, format!("the parameters do not fit: {error}")))
}

/// Reads a line that an engine sent.
pub fn decode_incoming(line: &[u8]) -> serde_json::Result<Incoming> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        id: Option<u64>,
        #[serde(default)]
        method: Option<String>,
    }
    #[derive(Deserialize)]
    struct ResponseEnvelope {
        #[serde(default)]
        result: Option<Reply>,
        #[serde(default)]
        error: Option<RpcError>,
    }
    let head: Head = serde_json::from_slice(line)?;
    if head.method.is_some() {
        return Ok(serde_json::from_slice(line).map_or(Incoming::Unknown, Incoming::Notice));
    }
    let unread = |error: serde_json::Error| RpcError::new(code::PARSE, format!("unreadable answer: {error}"));
    let outcome = match serde_json::from_slice(line).map_err(unread) {
        Ok(ResponseEnvelope { error: Some(error), .. }) | Err(error) => Err(error),
        Ok(ResponseEnvelope { result: Some(reply), .. }) => Ok(reply),
        Ok(ResponseEnvelope { .. }) => Err(RpcError::new(code::PARSE, "an answer without a result")),
    };
    Ok(match (head.id, outcome) {
        (Some(id), outcome) => Incoming::Answer { id, outcome },
        (None, Err(error)) => Incoming::Complaint(error),
        (None, Ok(_)) => Incoming::Unknown,
    })
}

fn is_empty(params: &Value) -> bool {
    match params {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rejection::Reason;
    use crate::link::protocol::LiveOutput;

    #[test]
    fn lines_are_written_as_they_always_were() {
        let answer = |outcome| encode_answer(&CallId("a".into()), &outcome).unwrap();
        let lines = [
            encode_call(7, &Call::Land).unwrap(),
            encode_call(8, &Call::Attach { output: LiveOutput::Wanted }).unwrap(),
            encode_notice(&Notice::Warning { sentence: "x".to_owned() }).unwrap(),
            answer(Ok(Reply::Accepted { seq: 4 })),
            answer(Err(RpcError::new(code::FAILED, "no"))),
            encode_answer(&CallId::null(), &Err(RpcError::new(code::PARSE, "no"))).unwrap(),
        ];
        let expected = [
            r#"{"jsonrpc":"2.0","id":7,"method":"land"}"#,
            r#"{"jsonrpc":"2.0","id":8,"method":"attach","params":{"output":"wanted"}}"#,
            r#"{"jsonrpc":"2.0","method":"warning","params":{"sentence":"x"}}"#,
            r#"{"jsonrpc":"2.0","id":"a","result":{"reply":"accepted","value":{"seq":4}}}"#,
            r#"{"jsonrpc":"2.0","id":"a","error":{"code":-32000,"message":"no"}}"#,
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}"#,
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_call_reads_as_it_was_written() {
        for call in [Call::Land, Call::Attach { output: LiveOutput::Wanted }] {
            let line = encode_call(7, &call).unwrap();
            assert_eq!(decode_call(line.as_bytes()).unwrap(), (CallId(7.into()), call));
        }
        let (id, call) =
            decode_call(br#"{"params":[],"id":"a","method":"land","jsonrpc":"2.0","x":1}"#).unwrap();
        assert_eq!((id, call), (CallId("a".into()), Call::Land));
    }

    #[test]
    fn what_is_no_call_is_answered_with_the_code_that_says_why() {
        for (line, code, id) in [
            ("{", code::PARSE, Value::Null),
            ("[]", code::INVALID_REQUEST, Value::Null),
            (r#"{"method":"land"}"#, code::INVALID_REQUEST, Value::Null),
            (r#"{"id":{},"method":"land"}"#, code::INVALID_REQUEST, Value::Null),
            (r#"{"id":1}"#, code::INVALID_REQUEST, 1.into()),
            (r#"{"id":"x","method":"launch"}"#, code::UNKNOWN_METHOD, "x".into()),
            (r#"{"id":1,"method":"events","params":{"after":-1}}"#, code::INVALID_PARAMS, 1.into()),
            (r#"{"id":1,"method":"attach"}"#, code::INVALID_PARAMS, 1.into()),
        ] {
            let bad = decode_call(line.as_bytes()).unwrap_err();
            assert_eq!((bad.error.code, bad.id.0), (code, id), "{line}");
        }
        assert_eq!(decode_call(b"\xff\xfe").unwrap_err().error.code, code::PARSE);
    }

    #[test]
    fn the_list_of_methods_is_complete() {
        let error = serde_json::from_str::<Call>(r#"{"method":"?"}"#).unwrap_err().to_string();
        let (_, listed) = error.split_once("expected one of ").unwrap();
        let methods: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
        assert_eq!(methods, Call::VARIANTS);
    }

    #[test]
    fn a_rejection_travels_whole() {
        let rejection = Rejection::new(Reason::Conflict, "somebody was faster");
        let line = encode_answer(&CallId(3.into()), &Err(RpcError::rejected(&rejection))).unwrap();
        let Incoming::Answer { id: 3, outcome: Err(error) } = decode_incoming(line.as_bytes()).unwrap()
        else {
            panic!("{line}")
        };
        assert_eq!(error.rejection(), Some(rejection));
        assert!(line.contains(r#""code":-32001"#));
    }

    #[test]
    fn a_notice_reads_as_it_was_written_and_an_unknown_one_is_passed_over() {
        let notice = Notice::Warning { sentence: "a \"prompt\"\nis broken".to_owned() };
        let line = encode_notice(&notice).unwrap();
        assert_eq!(decode_incoming(line.as_bytes()).unwrap(), Incoming::Notice(notice));
        let newer = br#"{"jsonrpc":"2.0","method":"telemetry","params":{}}"#;
        assert_eq!(decode_incoming(newer).unwrap(), Incoming::Unknown);
        let unread = br#"{"jsonrpc":"2.0","id":4,"result":{"reply":"telemetry"}}"#;
        assert!(matches!(decode_incoming(unread).unwrap(), Incoming::Answer { id: 4, outcome: Err(_) }));
    }
}
