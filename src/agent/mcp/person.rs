//! What a server asks of the person, who sits elsewhere: their answer comes when it comes, or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::try_join_all;
use reqwest::Url;
use rmcp::model::{ElicitRequestParams, ElicitResult, ElicitationAction};
use serde_json::{Map, Value};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::form::{CANCEL, DECLINE, Field};
use crate::agent::context::clipped;

/// How long the person has for all that is asked at once.
const PATIENCE: Duration = Duration::from_mins(15);
/// The longest message of a server's that a question shows, in bytes.
const LONGEST: usize = 2_000;
/// The fields of a form that are asked for; more is no question any more.
const MOST_FIELDS: usize = 24;
/// What the person says once they have been at an address.
const OPENED: &str = "I have opened it";
/// What the person says where nothing but their consent is asked for.
const CONSENT: &str = "yes";

/// A question in words, with answers to choose from where there are some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub text: String,
    pub options: Vec<String>,
}

/// Whoever brings questions to the person.
#[async_trait::async_trait]
pub trait Person: Send + Sync {
    /// Asks, and waits for the answer. Dropping the future takes the question back.
    ///
    /// # Errors
    /// Why there will be no answer, in a sentence.
    async fn ask(&self, server: &str, asked: Asked) -> Result<String, String>;
}

/// What one server asks of the person.
pub(super) struct Asking {
    pub person: Arc<dyn Person>,
    pub server: String,
    /// Requests that wait for the person now.
    waiting: AtomicUsize,
    /// What came of those that had no answer, since somebody looked.
    unanswered: Mutex<Vec<String>>,
}

/// Why a request has no content.
enum Refused {
    Declined,
    Cancelled(String),
}

impl Asking {
    pub fn new(person: Arc<dyn Person>, server: &str) -> Self {
        Self { person, server: server.to_owned(), waiting: AtomicUsize::new(0), unanswered: Mutex::default() }
    }

    /// Whether the person is being asked: whoever waits for the server waits for them.
    pub fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// What was asked and not answered, each as a sentence for the agent.
    pub fn take_unanswered(&self) -> Vec<String> {
        std::mem::take(&mut *self.unanswered.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks what a request wants, until the server takes it back.
    pub async fn answer(&self, request: ElicitRequestParams, taken_back: &CancellationToken) -> ElicitResult {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let (message, answered) = tokio::select! {
            answered = self.put(request) => answered,
            () = taken_back.cancelled() => (String::new(), Err(Refused::Cancelled("it was taken back".to_owned()))),
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let (action, why) = match answered {
            Ok(None) => return ElicitResult::new(ElicitationAction::Accept),
            Ok(Some(content)) => {
                return ElicitResult::new(ElicitationAction::Accept).with_content(Value::Object(content));
            }
            Err(Refused::Declined) => (ElicitationAction::Decline, "they declined".to_owned()),
            Err(Refused::Cancelled(why)) => (ElicitationAction::Cancel, why),
        };
        let sentence = format!("the server asked the person \"{message}\": {why}");
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).push(sentence);
        ElicitResult::new(action)
    }

    /// The message of a request, and what was answered.
    async fn put(
        &self,
        request: ElicitRequestParams,
    ) -> (String, Result<Option<Map<String, Value>>, Refused>) {
        match request {
            ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } => {
                let message = clipped(&message, LONGEST);
                let order = requested_schema.property_order.clone();
                let schema = serde_json::to_value(&requested_schema).unwrap_or_default();
                let answered = self.in_time(self.form(&message, &schema, order.as_deref())).await;
                (message, answered.map(Some))
            }
            ElicitRequestParams::UrlElicitationParams { message, url, .. } => {
                let message = clipped(&message, LONGEST);
                let answered = self.in_time(self.address(&message, &url)).await;
                (message, answered.map(|()| None))
            }
            _ => {
                let why = "in a way that is not known here".to_owned();
                ("something".to_owned(), Err(Refused::Cancelled(why)))
            }
        }
    }

    async fn in_time<T>(&self, answered: impl Future<Output = Result<T, Refused>>) -> Result<T, Refused> {
        timeout(PATIENCE, answered).await.unwrap_or_else(|_| {
            let minutes = PATIENCE.as_secs() / 60;
            Err(Refused::Cancelled(format!("nobody answered within {minutes} minutes")))
        })
    }

    async fn form(
        &self,
        message: &str,
        schema: &Value,
        order: Option<&[String]>,
    ) -> Result<Map<String, Value>, Refused> {
        let fields = Field::all(schema, order).map_err(Refused::Cancelled)?;
        if fields.len() > MOST_FIELDS {
            return Err(Refused::Cancelled(format!("with more than {MOST_FIELDS} fields")));
        }
        if fields.is_empty() {
            let consent =
                Asked { text: String::new(), options: vec![CONSENT.to_owned(), DECLINE.to_owned()] };
            self.until((message, ""), &consent, |answer| consents(answer, CONSENT)).await?;
            return Ok(Map::new());
        }
        let all = fields.len();
        let values = try_join_all((1..).zip(&fields).map(|(number, field)| async move {
            let which = if all > 1 { format!("{number} of {all}: ") } else { String::new() };
            let value = self.until((message, &which), &field.asked(), |answer| field.value(answer)).await?;
            Ok(value.map(|value| (field.name.clone(), value)))
        }));
        Ok(values.await?.into_iter().flatten().collect())
    }

    /// An address is shown, and never opened from here.
    async fn address(&self, message: &str, url: &str) -> Result<(), Refused> {
        let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
        let host = parsed.as_ref().and_then(Url::host_str);
        let host = host.ok_or_else(|| Refused::Cancelled("to open what is no web address".to_owned()))?;
        let url = clipped(url, LONGEST);
        let text = format!(
            "It wants you to open {url} (of {host}) in your own browser: nobody opens it for you. Look whether you know the address."
        );
        let asked = Asked { text, options: vec![OPENED.to_owned(), DECLINE.to_owned()] };
        self.until((message, ""), &asked, |answer| consents(answer, OPENED)).await
    }

    /// Asks until the answer fits. What is one of several says so, and comes before what is said of them all.
    async fn until<T>(
        &self,
        (message, which): (&str, &str),
        asked: &Asked,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Refused> {
        let minutes = PATIENCE.as_secs() / 60;
        let mut unfit = String::new();
        loop {
            let said = format!("The MCP server `{}` asks: {message}", self.server);
            let said = if which.is_empty() {
                format!("{said} {}", asked.text)
            } else {
                format!("{which}{} {said}", asked.text)
            };
            let text = format!(
                "{unfit}{said} Say `{DECLINE}` or `{CANCEL}` to give it nothing; it is cancelled after {minutes} minutes."
            );
            let worded = Asked { text, options: asked.options.clone() };
            let answer = self.person.ask(&self.server, worded).await.map_err(Refused::Cancelled)?;
            let word = answer.trim().to_lowercase();
            // A choice that is called like a refusal is that choice.
            let is_choice = asked.options.iter().any(|option| option.to_lowercase() == word);
            match read(&answer) {
                Ok(value) if is_choice => return Ok(value),
                _ if word == DECLINE => return Err(Refused::Declined),
                _ if word == CANCEL => return Err(Refused::Cancelled("they broke it off".to_owned())),
                Ok(value) => return Ok(value),
                Err(why) => unfit = why,
            }
        }
    }
}

fn consents(answer: &str, word: &str) -> Result<(), String> {
    if answer.trim().eq_ignore_ascii_case(word) { Ok(()) } else { Err("That is neither. ".to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use serde_json::json;

    use super::*;

    /// Answers in turn, and then never.
    #[derive(Default)]
    struct Quick {
        answers: Mutex<VecDeque<&'static str>>,
        asked: Mutex<Vec<Asked>>,
    }

    #[async_trait::async_trait]
    impl Person for Quick {
        async fn ask(&self, _server: &str, asked: Asked) -> Result<String, String> {
            self.asked.lock().unwrap().push(asked);
            let answer = self.answers.lock().unwrap().pop_front();
            match answer {
                Some(answer) => Ok(answer.to_owned()),
                None => std::future::pending().await,
            }
        }
    }

    async fn asked(request: Value, answers: &[&'static str]) -> (Value, Vec<Asked>, Vec<String>) {
        let answers = Mutex::new(answers.iter().copied().collect());
        let person = Arc::new(Quick { answers, ..Quick::default() });
        let asking = Asking::new(Arc::clone(&person) as Arc<dyn Person>, "t");
        let result = asking.answer(serde_json::from_value(request).unwrap(), &CancellationToken::new()).await;
        assert!(!asking.is_waiting());
        let asked = person.asked.lock().unwrap().clone();
        (serde_json::to_value(result).unwrap(), asked, asking.take_unanswered())
    }

    fn form(properties: &Value) -> Value {
        let schema = json!({ "type": "object", "properties": properties, "required": ["age"] });
        json!({ "mode": "form", "message": "Who are you?", "requestedSchema": schema })
    }

    #[tokio::test(start_paused = true)]
    async fn every_field_is_a_question_and_an_answer_that_does_not_fit_is_asked_for_again() {
        let fields = json!({ "name": { "type": "string" }, "age": { "type": "integer" } });
        let (result, asked, unanswered) = asked(form(&fields), &["Ada", "old", "36"]).await;
        assert_eq!(result, json!({ "action": "accept", "content": { "name": "Ada", "age": 36 } }));
        assert!(asked[0].text.starts_with(
            "1 of 2: `name`: a text. `-` leaves it out. The MCP server `t` asks: Who are you? Say"
        ));
        assert!(
            asked[2].text.starts_with("\"old\" does not fit. 2 of 2: `age`: a whole number."),
            "{asked:?}"
        );
        assert!(unanswered.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn who_declines_breaks_off_or_is_away_gives_nothing_and_the_agent_hears_it() {
        let age = || form(&json!({ "age": { "type": "integer" }, "more": { "type": "boolean" } }));
        let table = [
            (&["decline"][..], "decline", "they declined"),
            (&["3", "cancel"], "cancel", "they broke it off"),
            (&["3"], "cancel", "nobody answered within 15 minutes"),
        ];
        for (answers, action, why) in table {
            let (result, _, unanswered) = asked(age(), answers).await;
            assert_eq!(result, json!({ "action": action }));
            assert_eq!(unanswered, [format!("the server asked the person \"Who are you?\": {why}")]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_is_shown_and_a_form_without_fields_asks_for_consent() {
        let url =
            |url: &str| json!({ "mode": "url", "message": "Sign in.", "url": url, "elicitationId": "1" });
        let (result, questions, _) = asked(url("https://a.example/x"), &["I have opened it"]).await;
        assert_eq!(result, json!({ "action": "accept" }));
        assert!(questions[0].text.contains("open https://a.example/x (of a.example) in your own browser"));
        let (result, questions, _) = asked(url("file:///etc/passwd"), &[]).await;
        assert_eq!((result, questions.len()), (json!({ "action": "cancel" }), 0));
        let (result, _, _) = asked(form(&json!({})), &["hm", "yes"]).await;
        assert_eq!(result, json!({ "action": "accept", "content": {} }));
    }

    #[tokio::test(start_paused = true)]
    async fn a_choice_that_is_called_like_a_refusal_is_that_choice_only_where_it_is_offered() {
        let fields = json!({ "age": { "type": "string", "enum": ["decline", "wait"] } });
        let (result, _, _) = asked(form(&fields), &["decline"]).await;
        assert_eq!(result["action"], "accept");
    }
}
