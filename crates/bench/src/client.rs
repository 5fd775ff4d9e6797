//! A small HTTP/1.1 client: one connection that is kept, requests one after the other.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// A request, ready to be sent.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), body: String::new() }
    }

    pub(crate) fn send(method: &'static str, path: impl Into<String>, body: String) -> Self {
        Self { method, path: path.into(), body }
    }
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A connection to a server on this machine.
pub(crate) struct Client {
    stream: TcpStream,
    /// Sent with every request, lines with their ends.
    headers: String,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr, bearer: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let headers = format!(
            "host: {address}\r\nauthorization: Bearer {bearer}\r\ncontent-type: application/json\r\n"
        );
        Ok(Self { stream, headers, buffer: Vec::new() })
    }

    pub(crate) async fn ask(&mut self, request: &Request) -> io::Result<Answer> {
        let Request { method, path, body } = request;
        let text = format!(
            "{method} {path} HTTP/1.1\r\n{}content-length: {}\r\n\r\n{body}",
            self.headers,
            body.len()
        );
        self.stream.write_all(text.as_bytes()).await?;
        self.read().await
    }

    async fn read(&mut self) -> io::Result<Answer> {
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            self.fill().await?;
        };
        let (status, length) = read_head(self.buffer.get(..head).unwrap_or_default())?;
        let start = head + 4;
        let Some(length) = length else {
            return self.read_chunks(status, start).await;
        };
        while self.buffer.len() < start + length {
            self.fill().await?;
        }
        Ok(Answer { status, body: self.buffer.split_off(start) })
    }

    async fn read_chunks(&mut self, status: u16, mut at: usize) -> io::Result<Answer> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                let rest = self.buffer.get(at..).unwrap_or_default();
                if let Some(end) = find(rest, b"\r\n") {
                    break at + end;
                }
                self.fill().await?;
            };
            let size = std::str::from_utf8(self.buffer.get(at..end).unwrap_or_default())
                .ok()
                .and_then(|text| usize::from_str_radix(text.trim(), 16).ok())
                .ok_or_else(|| io::Error::other("a chunk without a size"))?;
            let start = end + 2;
            while self.buffer.len() < start + size + 2 {
                self.fill().await?;
            }
            if size == 0 {
                return Ok(Answer { status, body });
            }
            body.extend_from_slice(self.buffer.get(start..start + size).unwrap_or_default());
            at = start + size + 2;
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        if self.buffer.len() > LONGEST_ANSWER {
            return Err(io::Error::other("an answer that is too long"));
        }
        self.buffer.reserve(32 * 1024);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// The status, and how long the body is when that is said at the start.
fn read_head(head: &[u8]) -> io::Result<(u16, Option<usize>)> {
    let head = std::str::from_utf8(head).map_err(io::Error::other)?;
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("an answer without a status"))?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    Ok((status, length))
}
