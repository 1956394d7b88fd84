//! A browser reduced to what costs nothing: one connection, requests that are bytes already, answers that are only delimited.

use crate::report::BenchResult;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One kept-alive connection.
pub struct BenchConnection {
    stream: TcpStream,
    /// Received, not used yet.
    buffer: Vec<u8>,
}

/// What came back.
pub struct RawAnswer {
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl RawAnswer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// A request for a page, with the session's cookie.
pub fn get(address: SocketAddr, path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\ncookie: {cookie}\r\n\r\n").into_bytes()
}

/// What a page of this site sends.
pub fn post(address: SocketAddr, path: &str, cookie: &str, kind: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nsec-fetch-site: same-origin\r\naccept: application/json\r\ncookie: {cookie}\r\n\
         content-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

impl BenchConnection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> BenchResult<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    /// Sends a request and reads its whole answer.
    pub async fn send(&mut self, request: &[u8]) -> BenchResult<RawAnswer> {
        let (status, head) = self.begin(request).await?;
        let length = header(&head, "content-length").map(str::parse).transpose()?;
        let body = match length {
            Some(length) => self.take(length).await?,
            None if header(&head, "transfer-encoding").is_some() => self.chunks().await?,
            None => Vec::new(),
        };
        Ok(RawAnswer { status, head, body })
    }

    /// Sends a request and reads its answer's head; what follows is read line by line.
    pub async fn begin(&mut self, request: &[u8]) -> BenchResult<(u16, String)> {
        self.stream.write_all(request).await?;
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.fill().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end);
        let status = head.split(' ').nth(1).ok_or("no status")?.parse()?;
        Ok((status, head))
    }

    /// The next line of an answer that does not end, without its end.
    pub async fn line(&mut self) -> BenchResult<String> {
        let mut seen = 0;
        loop {
            if let Some(end) = self.buffer[seen..].iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=seen + end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            seen = self.buffer.len();
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> BenchResult<()> {
        // Small: a thousand of these wait at once.
        self.buffer.reserve(4096);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }

    async fn take(&mut self, length: usize) -> BenchResult<Vec<u8>> {
        while self.buffer.len() < length {
            self.fill().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn chunks(&mut self) -> BenchResult<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(&self.line().await?, 16)?;
            body.extend(self.take(size).await?);
            self.line().await?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
