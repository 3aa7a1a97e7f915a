//! A web server on loopback that misbehaves on request.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What the server does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The file, or the piece asked for.
    Serve,
    /// Only so many bytes of the body, then the connection is dropped.
    DropAfter(usize),
    /// The whole file, whatever piece was asked for.
    IgnoreRange,
    /// So many bytes of the body, then silence.
    StallAfter(usize),
    /// The file in pieces of so many bytes, with a pause after each.
    Slow(usize, Duration),
    /// Another address.
    Redirect(String),
    /// A status and nothing else.
    Status(u16),
}

/// Serves files by path. Every request takes the next of the answers; when none is left, it is served.
pub(crate) struct Server {
    pub(crate) base: String,
    state: Arc<State>,
}

struct State {
    files: HashMap<String, Vec<u8>>,
    answers: Mutex<Vec<Answer>>,
    /// Path and range of every request.
    seen: Mutex<Vec<(String, Option<String>)>>,
}

impl Server {
    /// Starts serving in the background, until the test's process ends.
    pub(crate) fn start(files: &[(&str, &[u8])], answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut answers = answers.to_vec();
        answers.reverse();
        let state = Arc::new(State {
            files: files
                .iter()
                .map(|(path, body)| ((*path).to_owned(), body.to_vec()))
                .collect(),
            answers: Mutex::new(answers),
            seen: Mutex::new(Vec::new()),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A client that hangs up in the middle is part of the tests.
                thread::spawn(move || drop(state.handle(stream)));
            }
        });
        Self { base, state }
    }

    /// The ranges asked for so far, a request each.
    pub(crate) fn ranges(&self) -> Vec<Option<String>> {
        self.state
            .seen
            .lock()
            .unwrap()
            .iter()
            .map(|(_, range)| range.clone())
            .collect()
    }

    /// The paths asked for so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.state
            .seen
            .lock()
            .unwrap()
            .iter()
            .map(|(path, _)| path.clone())
            .collect()
    }
}

impl State {
    fn handle(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let (path, range) = read_request(&stream)?;
        self.seen.lock().unwrap().push((path.clone(), range.clone()));
        let answer = self.answers.lock().unwrap().pop().unwrap_or(Answer::Serve);
        match &answer {
            Answer::Status(status) => return write_head(&mut stream, *status, "Content-Length: 0\r\n"),
            Answer::Redirect(to) => {
                return write_head(
                    &mut stream,
                    302,
                    &format!("Location: {to}\r\nContent-Length: 0\r\n"),
                );
            }
            _ => {}
        }
        let Some(body) = self.files.get(&path) else {
            return write_head(&mut stream, 404, "Content-Length: 0\r\n");
        };
        let from = range.and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
        let piece = match (&answer, from) {
            (Answer::IgnoreRange, _) | (_, None) => {
                write_head(&mut stream, 200, &format!("Content-Length: {}\r\n", body.len()))?;
                &body[..]
            }
            (_, Some(from)) if from >= body.len() => {
                return write_head(&mut stream, 416, "Content-Length: 0\r\n");
            }
            (_, Some(from)) => {
                let (last, total, left) = (body.len() - 1, body.len(), body.len() - from);
                let head =
                    format!("Content-Length: {left}\r\nContent-Range: bytes {from}-{last}/{total}\r\n");
                write_head(&mut stream, 206, &head)?;
                &body[from..]
            }
        };
        send(&mut stream, piece, &answer)
    }
}

fn send(stream: &mut TcpStream, piece: &[u8], answer: &Answer) -> std::io::Result<()> {
    match *answer {
        Answer::DropAfter(n) => stream.write_all(&piece[..n.min(piece.len())]),
        Answer::StallAfter(n) => {
            stream.write_all(&piece[..n.min(piece.len())])?;
            thread::sleep(Duration::from_secs(20));
            Ok(())
        }
        Answer::Slow(n, pause) => piece.chunks(n).try_for_each(|chunk| {
            thread::sleep(pause);
            stream.write_all(chunk)
        }),
        _ => stream.write_all(piece),
    }
}

fn read_request(stream: &TcpStream) -> std::io::Result<(String, Option<String>)> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
    let mut range = None;
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("range: ") {
            range = Some(value.to_owned());
        }
    }
    Ok((path, range))
}

fn write_head(stream: &mut TcpStream, status: u16, headers: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status} Status\r\n{headers}Connection: close\r\n\r\n"
    )
}
