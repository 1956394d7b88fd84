//! A receiver that does as little as possible: takes a POST, notes whose it is and when it came, says 200.

use crate::report::BenchResult;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A receiver on a port of this machine, in the runtime of whoever opened it.
pub struct DeliveryReceiver {
    port: u16,
    got: mpsc::UnboundedReceiver<(String, Instant)>,
    last: String,
}

impl DeliveryReceiver {
    /// Opens one on a free port.
    pub async fn open() -> BenchResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (sender, got) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move { drop(serve(stream, sender).await) });
            }
        });
        Ok(Self { port, got, last: String::new() })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next delivery: its docket number, and when it came.
    pub async fn next(&mut self) -> BenchResult<(String, Instant)> {
        let (body, at) = self.got.recv().await.ok_or("the receiver ended")?;
        let number = body.split("\"number\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
        self.last = body;
        Ok((number, at))
    }

    /// The body of the last delivery.
    pub fn last(&self) -> &str {
        &self.last
    }

    /// Forgets what came and nobody asked for.
    pub fn forget(&mut self) {
        while self.got.try_recv().is_ok() {}
    }
}

/// One connection, request after request.
async fn serve(mut stream: TcpStream, sender: mpsc::UnboundedSender<(String, Instant)>) -> BenchResult<()> {
    let mut read = Vec::with_capacity(8192);
    loop {
        let end = loop {
            if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
        let length = head.split("content-length:").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok()).unwrap_or(0);
        while read.len() < end + length {
            if stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        }
        let body = String::from_utf8_lossy(&read[end..end + length]).into_owned();
        read.drain(..end + length);
        sender.send((body, Instant::now()))?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
    }
}
