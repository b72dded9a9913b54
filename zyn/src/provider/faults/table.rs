//! Every fault against every provider: one typed error each, and the session as it was.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::api::{Api, Setup, TEXT, USAGE, apis};
use super::server::{Do, Reads, Server};
use super::{CANARY, PROMPT, connections, http2, replies, streams};
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::llm::Llm;
use crate::provider::{Class, Failure, Wait};
use crate::session::{Message, Session, Usage};
use crate::synapse::{extract, transform};

/// How long an attempt may take where the server never ends it.
pub(super) const LIMIT: Duration = Duration::from_millis(400);
/// How long it may take elsewhere: more than anything takes, however busy the machine is.
const AMPLE: Duration = Duration::from_secs(20);
/// How many meet their faults at once: enough that those who wait cost little.
const AT_ONCE: usize = 32;

/// Something that goes wrong.
#[derive(Clone)]
pub(super) struct Fault {
    pub(super) name: &'static str,
    pub(super) at: Place,
    /// What comes of a call; `None` if the fault is one of streams.
    pub(super) whole: Option<Wanted>,
    /// What comes of a stream.
    pub(super) stream: Option<Wanted>,
    pub(super) client: Option<reqwest::Client>,
}

#[derive(Clone)]
pub(super) enum Place {
    Server(Reads, Vec<Do>),
    /// The same, asked with TLS, which it does not speak.
    Tls(Vec<Do>),
    /// An address where there is no server.
    Nowhere(String),
}

/// What is to come of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// The good answer.
    Answer,
    Fails(Failure),
    /// It is not what this API answers, whatever is wrong with it in the API's own words.
    Protocol,
    /// The same; or broken or empty, since a stream with nothing known in it has no end and no text either.
    Unknown,
    /// The attempt's limit.
    TooSlow,
    /// No connection; or no client, on a machine without certificates.
    NoTls,
}

impl Fault {
    fn new(name: &'static str, reads: Reads, script: Vec<Do>) -> Self {
        Self {
            name,
            at: Place::Server(reads, script),
            whole: None,
            stream: None,
            client: None,
        }
    }

    /// A fault of calls and streams alike.
    pub(super) fn both(name: &'static str, wanted: Wanted, script: Vec<Do>) -> Self {
        Self::each(name, wanted.clone(), wanted, script)
    }

    /// A fault that a call and a stream see differently.
    pub(super) fn each(name: &'static str, whole: Wanted, stream: Wanted, script: Vec<Do>) -> Self {
        Self {
            whole: Some(whole),
            stream: Some(stream),
            ..Self::new(name, Reads::All, script)
        }
    }

    pub(super) fn whole(name: &'static str, wanted: Wanted, script: Vec<Do>) -> Self {
        Self {
            whole: Some(wanted),
            ..Self::new(name, Reads::All, script)
        }
    }

    pub(super) fn stream(name: &'static str, wanted: Wanted, script: Vec<Do>) -> Self {
        Self {
            stream: Some(wanted),
            ..Self::new(name, Reads::All, script)
        }
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.at = place;
        self
    }

    /// The same before the request was read: its connection is reset.
    pub(super) fn reset(mut self, reads: Reads) -> Self {
        if let Place::Server(how, _) = &mut self.at {
            *how = reads;
        }
        self
    }

    pub(super) fn with(mut self, client: &reqwest::Client) -> Self {
        self.client = Some(client.clone());
        self
    }

    fn wanted(&self, way: Way) -> Option<&Wanted> {
        match way.is_stream() {
            true => self.stream.as_ref(),
            false => self.whole.as_ref(),
        }
    }

    /// Where it is, and what is there, for as long as it is asked.
    pub(super) fn setup(&self) -> (Setup, Option<Server>) {
        let (mut setup, server) = match &self.at {
            Place::Server(reads, script) => {
                let server = Server::plays(*reads, script.clone());
                (server.setup(), Some(server))
            }
            Place::Tls(script) => {
                let server = Server::plays(Reads::ABit, script.clone());
                (
                    Setup::new(format!("https://{}/deep/v1", server.address)),
                    Some(server),
                )
            }
            Place::Nowhere(base) => {
                let mut setup = Setup::new(base);
                setup.insecure = true;
                (setup, None)
            }
        };
        setup.client.clone_from(&self.client);
        (setup.key(CANARY), server)
    }
}

/// All faults of one API.
pub(super) fn faults(api: &Api) -> Vec<Fault> {
    [
        connections::faults(api),
        replies::faults(api),
        streams::faults(api),
        http2::faults(api),
    ]
    .concat()
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Transform,
    TransformStream,
    Extract,
    ExtractStream,
}

impl Way {
    const ALL: [Self; 4] = [
        Self::Transform,
        Self::Extract,
        Self::TransformStream,
        Self::ExtractStream,
    ];

    fn is_stream(self) -> bool {
        matches!(self, Self::TransformStream | Self::ExtractStream)
    }

    /// Fires once, and gives what the answer says. What is read before is added to `heard`.
    async fn fire(
        self,
        llm: &Llm,
        session: &mut Session,
        heard: &mut String,
    ) -> Result<String, Error> {
        let transform = transform("Make it polite").retry(0).reask(0);
        let extract = extract::<u8>("The value").retry(0).reask(0);
        match self {
            Self::Transform => transform.fire(llm, session, PROMPT).await,
            Self::Extract => Ok(extract.fire(llm, session, PROMPT).await?.to_string()),
            Self::TransformStream => {
                let mut stream = transform.stream(llm, session, PROMPT)?;
                while let Some(piece) = stream.text().await {
                    heard.push_str(&piece);
                }
                stream.finish().await
            }
            Self::ExtractStream => {
                let mut stream = extract.stream(llm, session, PROMPT)?;
                while let Some(piece) = stream.text().await {
                    heard.push_str(&piece);
                }
                Ok(stream.finish().await?.to_string())
            }
        }
    }

    fn answer(self) -> &'static str {
        match self {
            Self::Transform | Self::TransformStream => TEXT,
            Self::Extract | Self::ExtractStream => "7",
        }
    }
}

/// What came of one fault, in a few words.
struct Outcome {
    fault: &'static str,
    way: Way,
    said: String,
    wrong: Option<String>,
}

async fn meet(api: Api, fault: Fault, way: Way, room: Arc<Semaphore>) -> Outcome {
    let _room = room.acquire().await.unwrap();
    let wanted = fault.wanted(way).unwrap().clone();
    let limit = match wanted {
        Wanted::TooSlow => LIMIT,
        _ => AMPLE,
    };
    let (setup, server) = fault.setup();
    let llm = (api.llm)(setup).attempt_timeout(limit);
    let mut session = Session::new();
    session.append(Message::user("before"));
    session.append(Message::assistant("yes"));
    let before = session.clone();
    let begun = clock::now();
    let mut heard = String::new();
    let outcome = way.fire(&llm, &mut session, &mut heard).await;
    let took = clock::now() - begun;
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &dyn fmt::Debug| {
        if !holds {
            wrong.push(format!("{what:?}"));
        }
    };
    check(took < Duration::from_secs(10), &("took", took));
    let spend = llm.spend();
    let (input, output) = USAGE;
    let said = match (&outcome, &wanted) {
        (Ok(answer), Wanted::Answer) => {
            check(answer == way.answer(), answer);
            check(!way.is_stream() || heard == TEXT, &("heard", &heard));
            check(session.len() == 4, &("turn", session.len()));
            let paid = (spend.attempts, spend.usage, spend.unknown);
            check(paid == (1, Usage::new(input, output), 0), &spend);
            "answer".to_owned()
        }
        (Ok(answer), wanted) => {
            check(false, &(answer, wanted));
            "answer".to_owned()
        }
        (Err(error), wanted) => {
            check(session == before, &"the session is another one");
            let (kind, class) = kind(error, !heard.is_empty());
            check(
                wanted.is(&kind),
                &(&kind, wanted, error.provider().and_then(|it| it.detail())),
            );
            let host = server.as_ref().map(|server| &*server.address);
            let told = error.provider().and_then(|error| error.host.as_deref());
            let is_ours = matches!(kind, Failure::Config(_) | Failure::Timeout { .. });
            check(is_ours || host.is_none() || told == host, &told);
            let attempts = match kind {
                Failure::Config(_) => 0,
                // each of its operations may be the one that the server knows
                Failure::NotFound => api.operations,
                _ => 1,
            };
            // an answer that was begun may have told so far what it cost
            let unknown = u64::from(class.1 && spend.usage == Usage::default());
            check(
                (spend.attempts, spend.unknown) == (attempts, unknown),
                &spend,
            );
            format!("{kind:?}, {:?}", class.0)
        }
    };
    Outcome {
        fault: fault.name,
        way,
        said,
        wrong: (!wrong.is_empty()).then(|| wrong.join("; ")),
    }
}

impl Wanted {
    fn is(&self, kind: &Failure) -> bool {
        match self {
            Self::Answer => false,
            Self::Fails(wanted) => kind == wanted,
            Self::Protocol => matches!(kind, Failure::Protocol { .. }),
            Self::Unknown => matches!(
                kind,
                Failure::Protocol { .. } | Failure::Interrupted | Failure::Empty
            ),
            Self::TooSlow => {
                let (wait, limit) = (Wait::Attempt, LIMIT);
                *kind == Failure::Timeout { wait, limit }
            }
            Self::NoTls => matches!(kind, Failure::Connect | Failure::Config(_)),
        }
    }
}

/// The one kind of a failure; and its class, with whether it may have cost something, as the table has them. An answer that
/// was `begun` cost something, and is not asked for again as if it had been turned away.
fn kind(error: &Error, begun: bool) -> (Failure, (Class, bool)) {
    let kind = match error.kind() {
        ErrorKind::Provider(error) => error.kind.clone(),
        ErrorKind::Config(error) => Failure::Config(error.clone()),
        other => panic!("not an error of a provider: {other:?}"),
    };
    let class = match kind {
        Failure::Connect => (Class::NotSent, false),
        Failure::RateLimit | Failure::Overloaded | Failure::Unavailable => (Class::Rejected, false),
        Failure::Server | Failure::Interrupted | Failure::Timeout { .. } => {
            (Class::Ambiguous, true)
        }
        Failure::Protocol { .. } | Failure::ReplyTooLarge { .. } => (Class::Terminal, true),
        Failure::Empty | Failure::Truncated | Failure::Refusal | Failure::Filtered => {
            (Class::InvalidReply, true)
        }
        _ => (Class::Terminal, false),
    };
    let class = match class {
        (Class::NotSent | Class::Rejected, _) if begun => (Class::Ambiguous, true),
        (class, costs) => (class, costs || begun),
    };
    if let Some(error) = error.provider() {
        assert_eq!(error.class(), class.0, "{error:?}");
    }
    (kind, class)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_one_typed_error_and_leaves_the_session_untouched() {
    let mut wrong = Vec::new();
    for api in apis() {
        let faults = faults(&api);
        assert!(faults.len() >= 40, "{}", faults.len());
        let mut meetings = JoinSet::new();
        let room = Arc::new(Semaphore::new(AT_ONCE));
        for fault in &faults {
            for way in Way::ALL {
                if fault.wanted(way).is_some() {
                    meetings.spawn(meet(api, fault.clone(), way, Arc::clone(&room)));
                }
            }
        }
        let met = meetings.join_all().await;
        println!(
            "{}: {} faults, met {} times",
            api.name,
            faults.len(),
            met.len()
        );
        for fault in &faults {
            let said = |way| {
                let found = met
                    .iter()
                    .find(|it| it.fault == fault.name && it.way == way);
                found.map_or("", |it| &*it.said)
            };
            let (whole, stream) = (said(Way::Transform), said(Way::TransformStream));
            println!("  {:<55} {whole:<55} {stream}", fault.name);
        }
        for it in met {
            if let Some(what) = it.wrong {
                wrong.push(format!("{}: {}, {:?}: {what}", api.name, it.fault, it.way));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
