//! A mail server that takes every message and delivers none.

use super::World;
use super::script::Behaviour;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Bytes of a message, at most.
const LARGEST: u64 = 10 * 1024 * 1024;

/// Takes connections until the process ends.
pub async fn serve(listener: TcpListener, world: World) {
    while let Ok((stream, _)) = listener.accept().await {
        let world = world.clone();
        tokio::spawn(async move {
            // Who hangs up in the middle hangs up: there is nobody to tell.
            let _ = talk(stream, &world).await;
        });
    }
}

/// One conversation by RFC 5321.
async fn talk(stream: TcpStream, world: &World) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read.take(LARGEST)).lines();
    let behaviour = world.memory().script.next("smtp");
    if behaviour == Behaviour::Timeout {
        std::future::pending::<()>().await;
    }
    write.write_all(b"220 simulate.docket.example ESMTP\r\n").await?;
    let (mut to, mut message) = (Vec::new(), String::new());
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or(&line).to_uppercase();
        let answer: &str = match verb.as_str() {
            "EHLO" => "250-simulate.docket.example\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "HELO" | "NOOP" | "RSET" => "250 OK\r\n",
            "MAIL" if behaviour == Behaviour::Unauthorized => "530 Authentication required\r\n",
            "MAIL" if matches!(behaviour, Behaviour::Broken | Behaviour::Huge) => "451 Try again later\r\n",
            "MAIL" if behaviour == Behaviour::TooMany => "421 Too many connections\r\n",
            "MAIL" if behaviour == Behaviour::Garbage => "hello?\r\n",
            "MAIL" => "250 OK\r\n",
            "RCPT" => {
                to.push(line.get(8..).unwrap_or_default().trim().to_owned());
                "250 OK\r\n"
            }
            "DATA" => {
                write.write_all(b"354 End with a dot\r\n").await?;
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    message.push_str(line.strip_prefix("..").map_or(line.as_str(), |_| &line[1..]));
                    message.push('\n');
                }
                if behaviour == Behaviour::Slow {
                    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
                }
                let subject = message.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default();
                let what = format!("{}: {subject}", to.join(", "));
                world.note("smtp", what, std::mem::take(&mut message), "250".to_owned());
                if behaviour == Behaviour::Reset {
                    return Ok(());
                }
                "250 Taken\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 Bye\r\n").await?;
                return Ok(());
            }
            _ => "502 Not known here\r\n",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
