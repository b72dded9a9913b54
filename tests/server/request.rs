use std::io::Read;
use std::net::TcpStream;

use serde_json::Value;

/// A request as it came over the wire.
#[derive(Clone)]
pub struct Received {
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    /// Reads one request; what is missing when the client hangs up stays missing.
    pub(super) fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let mut chunk = [0; 16 * 1024];
        loop {
            if let Some(received) = Self::parse(&bytes) {
                return received;
            }
            match stream.read(&mut chunk) {
                Ok(0) | Err(_) => {
                    return Self {
                        head: String::from_utf8_lossy(&bytes).into_owned(),
                        body: Vec::new(),
                    };
                }
                Ok(read) => bytes.extend_from_slice(&chunk[..read]),
            }
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length: usize = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
        Some(Self { head, body })
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}
