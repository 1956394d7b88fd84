//! A mail server that delivers nothing, and takes what a strict one would take.
//!
//! It answers each recipient: `reject-550@…` is refused with that code, `defer-450@…` is put off whenever it is asked, and
//! `defer-450-2@…` the first two times.

use super::SimulatorState;
use super::letter;
use super::script::SystemBehaviour;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Bytes of a conversation, at most.
const LARGEST: u64 = 10 * 1024 * 1024;

/// Takes connections until the process ends.
pub async fn serve(listener: TcpListener, world: SimulatorState) {
    while let Ok((stream, _)) = listener.accept().await {
        let world = world.clone();
        tokio::spawn(async move {
            // Who hangs up in the middle hangs up: there is nobody to tell.
            let _ = talk(stream, &world).await;
        });
    }
}

/// What a client has said of its message so far.
#[derive(Default)]
struct Envelope {
    sender: bool,
    eight_bit: bool,
    to: Vec<String>,
}

type Lines = BufReader<tokio::io::Take<OwnedReadHalf>>;

/// One conversation by RFC 5321.
async fn talk(stream: TcpStream, world: &SimulatorState) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read.take(LARGEST));
    let behaviour = world.memory().script.next("smtp");
    if behaviour == SystemBehaviour::Timeout {
        std::future::pending::<()>().await;
    }
    write.write_all(b"220 simulate.docket.example ESMTP\r\n").await?;
    let mut envelope = Envelope::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = said.get(..4).unwrap_or(&said).to_uppercase();
        let answer: String = match verb.as_str() {
            "EHLO" => "250-simulate.docket.example\r\n250-8BITMIME\r\n250-SIZE 10485760\r\n250 SMTPUTF8".to_owned(),
            "HELO" | "NOOP" => "250 OK".to_owned(),
            "RSET" => {
                envelope = Envelope::default();
                "250 OK".to_owned()
            }
            "MAIL" => {
                envelope = Envelope { sender: true, eight_bit: said.to_uppercase().contains("BODY=8BITMIME"), to: Vec::new() };
                mail_answer(behaviour).to_owned()
            }
            "RCPT" if !envelope.sender => "503 5.5.1 MAIL comes first".to_owned(),
            "RCPT" => {
                let address = said.get(8..).unwrap_or_default().trim().trim_start_matches('<');
                let address = address.split('>').next().unwrap_or_default().to_owned();
                match recipient_refusal(world, &address) {
                    Some(refusal) => refusal,
                    None => {
                        envelope.to.push(address);
                        "250 2.1.5 OK".to_owned()
                    }
                }
            }
            "DATA" if envelope.to.is_empty() => "554 5.5.1 No valid recipients".to_owned(),
            "DATA" => match data(&mut lines, &mut write, world, behaviour, &envelope).await? {
                Some(answer) => answer,
                None => return Ok(()),
            },
            "QUIT" => {
                write.write_all(b"221 Bye\r\n").await?;
                return Ok(());
            }
            _ => "502 Not known here".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

fn mail_answer(behaviour: SystemBehaviour) -> &'static str {
    match behaviour {
        SystemBehaviour::Unauthorized => "530 Authentication required",
        SystemBehaviour::Broken | SystemBehaviour::Huge => "451 Try again later",
        SystemBehaviour::TooMany => "421 Too many connections",
        SystemBehaviour::Garbage => "hello?",
        _ => "250 OK",
    }
}

/// The answer to a recipient who is not taken, as their local part says.
fn recipient_refusal(world: &SimulatorState, address: &str) -> Option<String> {
    let local = address.split('@').next().unwrap_or_default();
    if let Some(code) = local.strip_prefix("reject-") {
        return Some(format!("{code} 5.1.1 <{address}>: the mailbox does not exist"));
    }
    let (code, times) = match local.strip_prefix("defer-")?.split_once('-') {
        Some((code, times)) => (code, times.parse().unwrap_or(u32::MAX)),
        None => (&local["defer-".len()..], u32::MAX),
    };
    let mut memory = world.memory();
    let asked = memory.deferred.entry(address.to_owned()).or_default();
    *asked = asked.saturating_add(1);
    (*asked <= times).then(|| format!("{code} 4.2.1 <{address}>: the mailbox is busy, try again later"))
}

/// Takes a message, and what is answered to it; None when the connection breaks.
async fn data(
    lines: &mut Lines,
    write: &mut OwnedWriteHalf,
    world: &SimulatorState,
    behaviour: SystemBehaviour,
    envelope: &Envelope,
) -> std::io::Result<Option<String>> {
    write.write_all(b"354 End with a dot\r\n").await?;
    let (mut message, mut line) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        if line == b".\r\n" {
            break;
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
    if behaviour == SystemBehaviour::Slow {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    }
    let answer = letter::refusal(&message, envelope.eight_bit).unwrap_or("250 2.0.0 Taken").to_owned();
    let what = format!("{}: {}", envelope.to.join(", "), letter::subject(&message));
    let text = String::from_utf8_lossy(&message).replace("\r\n", "\n");
    world.note("smtp", what, text, answer.split(' ').next().unwrap_or_default().to_owned());
    Ok((behaviour != SystemBehaviour::Reset).then_some(answer))
}
