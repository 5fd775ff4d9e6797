//! The program as a process of its own, and connections to it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when dropped.
pub(crate) struct Program {
    child: Child,
    address: SocketAddr,
    /// Kept open, so that the server can go on writing its log.
    _log: std::thread::JoinHandle<()>,
}

impl Program {
    /// Starts the server over a database and waits until it listens.
    pub(crate) fn start(database: &str) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_formwork"))
            .args(["--database-url", database, "serve", "--listen", &address.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let log = child.stdout.take().context("no output")?;
        let log = match wait_until_it_listens(log) {
            Ok(log) => log,
            Err(error) => {
                child.kill()?;
                return Err(error);
            }
        };
        let log = std::thread::spawn(move || {
            // Read to the end and thrown away.
            let _ = std::io::copy(&mut { log }, &mut std::io::sink());
        });
        Ok(Self { child, address, _log: log })
    }

    /// A connection that sends these headers, lines with their ends, with every request.
    pub(crate) fn connect(&self, headers: &str) -> Result<Connection> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let headers =
            format!("host: {}\r\ncontent-type: application/json\r\n{headers}", self.address);
        Ok(Connection { reader: BufReader::new(stream), headers })
    }

    /// Kills it as a power cut would: it is not asked.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_until_it_listens(log: ChildStdout) -> Result<BufReader<ChildStdout>> {
    let mut log = BufReader::new(log);
    let mut line = String::new();
    while log.read_line(&mut line)? > 0 {
        if line.contains("http://") {
            return Ok(log);
        }
        line.clear();
    }
    bail!("the server ended before it listened")
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Json> {
        serde_json::from_str(&self.body).with_context(|| self.body.clone())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// A connection that is kept.
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
    headers: String,
}

impl Connection {
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: Option<&Json>) -> Result<Answer> {
        self.ask_text(method, path, &body.map(Json::to_string).unwrap_or_default())
    }

    pub(crate) fn ask_text(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\n{}content-length: {length}\r\n\r\n", self.headers);
        let stream = self.reader.get_mut();
        stream.write_all(head.as_bytes())?;
        // A server that refuses a body may close before it has read all of it.
        let sent = stream.write_all(body.as_bytes());
        match self.read() {
            Ok(answer) => Ok(answer),
            Err(error) => Err(sent.err().map_or(error, Into::into)),
        }
    }

    fn read(&mut self) -> Result<Answer> {
        let mut head = String::new();
        loop {
            let before = head.len();
            if self.reader.read_line(&mut head)? == 0 {
                bail!("the connection ended");
            }
            if head.get(before..) == Some("\r\n") {
                break;
            }
        }
        let status =
            head.split(' ').nth(1).and_then(|text| text.parse().ok()).context("no status")?;
        let mut answer = Answer { status, head, body: String::new() };
        let length = answer.header("content-length").context("no length")?.parse()?;
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body)?;
        answer.body = String::from_utf8(body)?;
        Ok(answer)
    }
}
