//! One connection: its requests, one after the other, each answered or met with a failure.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::wire::{self, Asked, completion, error, reply, said};
use super::{Draw, Shared, answer};
use crate::book::Served;
use crate::way::Way;

const OK: &str = "200 OK";
const PAGE: &str = "<!doctype html><title>Please log in</title><p>Please log in.";

/// How a reply ends.
enum End {
    /// The connection may be used again.
    Stay,
    Close,
    Reset,
}

pub(super) async fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    // a request has begun, or the client has hung up
    while stream.peek(&mut [0]).await? > 0 {
        let draw = shared.draw();
        if draw.way == Some(Way::ResetUnread) {
            let number = wire::peek(&stream).await?;
            stream.set_zero_linger()?;
            if let Some(number) = number {
                shared.book.served(
                    number,
                    Served {
                        way: draw.way,
                        read: false,
                        written: None,
                    },
                );
            }
            return Ok(());
        }
        let Some(asked) = wire::read(&mut stream).await? else {
            return Ok(());
        };
        let (number, way, usage) = (asked.number, draw.way, draw.usage);
        let is_answer = matches!(
            way,
            None | Some(Way::BreaksSchema | Way::NoJson | Way::TooLate)
        );
        let end = respond(&mut stream, asked, draw, shared.too_late).await;
        shared.book.served(
            number,
            Served {
                way,
                read: true,
                written: (is_answer && end.is_ok()).then_some(usage),
            },
        );
        match end? {
            End::Stay => {}
            End::Close => return stream.shutdown().await,
            End::Reset => return stream.set_zero_linger(),
        }
    }
    Ok(())
}

async fn respond(
    stream: &mut TcpStream,
    asked: Asked,
    mut draw: Draw,
    too_late: Duration,
) -> io::Result<End> {
    let schema = asked.schema.as_ref();
    let counted = |text: &str| said(OK, "", &completion(text, draw.usage));
    let good = counted(&answer::valid(schema, &mut draw.rng));
    let reply = match draw.way {
        None => {
            sleep(draw.pause).await;
            good
        }
        Some(Way::ResetUnread | Way::ResetRead) => return Ok(End::Reset),
        Some(way @ (Way::ResetInBody | Way::Truncated)) => {
            stream
                .write_all(cut(&good, draw.rng.bool()).as_bytes())
                .await?;
            // a reset takes back what was not read yet
            sleep(Duration::from_millis(draw.rng.u64(0..3))).await;
            return Ok(match way {
                Way::ResetInBody => End::Reset,
                _ => End::Close,
            });
        }
        Some(Way::TooManyWithWait) => {
            let wait = format!("retry-after-ms: {}\r\n", draw.rng.u64(20..80));
            error("429 Too Many Requests", &wait, "Too many requests")
        }
        Some(Way::TooMany) => error("429 Too Many Requests", "", "Too many requests"),
        Some(Way::Unavailable) => error("503 Service Unavailable", "", "Not available"),
        Some(Way::Overloaded) => error("529 Overloaded", "", "Overloaded"),
        Some(Way::Failed) => error("500 Internal Server Error", "", "Something broke"),
        Some(Way::Html) => reply(OK, "content-type: text/html\r\n", PAGE),
        Some(Way::BreaksSchema) => counted(answer::breaks(schema)),
        Some(Way::NoJson) => counted(answer::prose(schema)),
        Some(Way::TooLate) => {
            // what comes in that time is that the client hangs up
            if timeout(too_late, stream.peek(&mut [0])).await.is_ok() {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            good
        }
    };
    stream.write_all(reply.as_bytes()).await?;
    Ok(End::Stay)
}

/// The beginning of a reply, and some of its body; its length is announced, or it comes in chunks of which the last is
/// missing.
fn cut(reply: &str, in_chunks: bool) -> String {
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head and a body");
    let half = &body[..body.len() / 2];
    if !in_chunks {
        return format!("{head}\r\n\r\n{half}");
    }
    let length = half.len();
    format!("HTTP/1.1 {OK}\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{half}\r\n")
}
