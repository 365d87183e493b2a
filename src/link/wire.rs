//! JSON-RPC 2.0 on lines: how calls, answers and notices are written and read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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

/// Reads a line that a client sent: the id to answer by, and the call or what is wrong with it.
pub fn decode_call(line: &[u8]) -> (CallId, Result<Call, RpcError>) {
    let nameless = |code, message: &str| (CallId::null(), Err(RpcError::new(code, message)));
    let mut call = match serde_json::from_slice(line) {
        Ok(Value::Object(call)) => call,
        Ok(_) => return nameless(code::INVALID_REQUEST, "a call is one JSON object; batches are not taken"),
        Err(error) => return nameless(code::PARSE, &format!("the line is no JSON: {error}")),
    };
    match call.remove("id") {
        Some(id @ (Value::Number(_) | Value::String(_))) => (CallId(id), read_call(call)),
        _ => nameless(code::INVALID_REQUEST, "every call needs an id: a number or a text"),
    }
}

fn read_call(mut call: Map<String, Value>) -> Result<Call, RpcError> {
    let method = call.get("method").and_then(Value::as_str);
    let method = method.ok_or_else(|| RpcError::new(code::INVALID_REQUEST, "every call needs a method"))?;
    if !Call::VARIANTS.contains(&method) {
        let message = format!("there is no method {method:?}; there are {}", Call::VARIANTS.join(", "));
        return Err(RpcError::new(code::UNKNOWN_METHOD, message));
    }
    // Some clients send empty parameters where a method takes none.
    if call.get("params").is_some_and(is_empty) {
        call.remove("params");
    }
    let unfit = |error| RpcError::new(code::INVALID_PARAMS, format!("the parameters do not fit: {error}"));
    serde_json::from_value(Value::Object(call)).map_err(unfit)
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
            assert_eq!(decode_call(line.as_bytes()), (CallId(7.into()), Ok(call)));
        }
        let called = decode_call(br#"{"params":[],"id":"a","method":"land","jsonrpc":"2.0","x":1}"#);
        assert_eq!(called, (CallId("a".into()), Ok(Call::Land)));
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
            let (by, call) = decode_call(line.as_bytes());
            assert_eq!((call.unwrap_err().code, by.0), (code, id), "{line}");
        }
        assert_eq!(decode_call(b"\xff\xfe").1.unwrap_err().code, code::PARSE);
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
