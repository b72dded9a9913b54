//! A server that takes no connection, and how long one is tried. Linux leaves whoever stands before a full queue without
//! an answer; elsewhere it may be a refusal.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};

use super::api::{Setup, apis};
use super::{CANARY, PROMPT, client};
use crate::llm::{Allowance, Llm};
use crate::provider::{Class, Failure, ProviderError, Request, Response};
use crate::session::Message;

/// A server whose queue is full: whoever wants to connect is not answered. It is so for as long as this is held.
struct Full {
    address: SocketAddr,
    _listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl Full {
    fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queued = Vec::new();
        // until one is not taken
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            queued.push(stream);
            assert!(queued.len() < 16, "this machine has another queue");
        }
        Self {
            address,
            _listener: listener,
            _queued: queued,
        }
    }

    fn llm(&self, own: Option<reqwest::Client>) -> Llm {
        let mut setup = Setup::new(format!("http://{}/v1", self.address)).key(CANARY);
        setup.client = own;
        (apis()[0].llm)(setup)
    }
}

async fn call(llm: &Llm, connect: Duration) -> Result<Response, ProviderError> {
    let request = Request {
        connect,
        ..Request::new(Message::user(PROMPT))
    };
    let mut allowance = Allowance::of(Duration::from_secs(60), 0);
    llm.asks(&request, &mut allowance, None).await
}

#[tokio::test]
async fn a_connection_that_is_not_made_in_time_is_an_error_that_names_the_limit() {
    let full = Full::new();
    let error = call(&full.llm(None), Duration::from_millis(150)).await;
    let error = error.unwrap_err();
    assert_eq!(
        (&error.kind, error.class()),
        (&Failure::Connect, Class::NotSent)
    );
    let said = error.to_string();
    assert!(
        said.contains("within 150ms") && said.contains("`.connect_timeout(…)`"),
        "{said}"
    );
}

#[tokio::test]
async fn a_client_of_the_users_own_keeps_its_own_limit() {
    let full = Full::new();
    let own = client(|it| it.connect_timeout(Duration::from_millis(150)));
    let error = call(&full.llm(Some(own)), Duration::from_secs(3_000)).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, Failure::Connect);
    assert!(!error.to_string().contains("connect_timeout"), "{error}");
}
