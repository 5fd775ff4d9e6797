//! SQLite's write-ahead log, read as its [file format] says. SQLite itself stops at the first
//! frame that is damaged and says nothing of those behind it.
//!
//! [file format]: https://www.sqlite.org/fileformat2.html#walformat

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    time::Duration,
};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The magic number of the header; the lowest bit says how checksums read the numbers.
const MAGIC: u32 = 0x377f_0682;
/// Frames from so many rounds ago are not left over any more.
const MOST_ROUNDS: u32 = 1 << 16;
/// How often a damaged log is looked at again, and after how long.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// What is wrong with a log, if anything. An absent one and an empty one are well.
pub(super) fn damage(path: &Path) -> io::Result<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(None);
    }
    // A server may be writing to it: what is damaged stays so.
    let mut found = read(&mut BufReader::new(file))?;
    for _ in 0..LOOKS {
        if found.is_none() {
            break;
        }
        std::thread::sleep(BETWEEN_LOOKS);
        found = read(&mut BufReader::new(File::open(path)?))?;
    }
    Ok(found)
}

fn read(log: &mut impl Read) -> io::Result<Option<String>> {
    let mut header = [0_u8; HEADER];
    if !filled(log, &mut header)? {
        return Ok(Some("its beginning is cut off".to_owned()));
    }
    let magic = number(&header, 0);
    if magic & !1 != MAGIC {
        return Ok(Some("its beginning is overwritten".to_owned()));
    }
    let sum = Sum { is_big_endian: magic & 1 == 1 };
    let mut running = sum.over((0, 0), header.get(..24).unwrap_or_default());
    if running != (number(&header, 24), number(&header, 28)) {
        return Ok(Some("its beginning is overwritten".to_owned()));
    }
    let salts = (number(&header, 16), number(&header, 20));
    let page = usize::try_from(number(&header, 8)).unwrap_or(usize::MAX);
    if !(512..=65_536).contains(&page) {
        return Ok(Some("its pages have no size".to_owned()));
    }
    let mut frame = vec![0_u8; FRAME_HEADER + page];
    let mut whole = 0_u64;
    while filled(log, &mut frame)? {
        let own = (number(&frame, 8), number(&frame, 12));
        if own != salts {
            // Frames of earlier rounds are left over behind the last one of this round, and
            // each round counts the first salt up.
            let rounds = salts.0.wrapping_sub(own.0);
            return Ok((rounds == 0 || rounds > MOST_ROUNDS).then(|| overwritten(whole)));
        }
        let (head, data) = frame.split_at(FRAME_HEADER);
        running = sum.over(sum.over(running, head.get(..8).unwrap_or_default()), data);
        if running != (number(&frame, 16), number(&frame, 20)) {
            return Ok(Some(overwritten(whole)));
        }
        whole += 1;
    }
    Ok(None)
}

fn overwritten(whole: u64) -> String {
    format!("only the first {whole} of its frames can be read")
}

/// Fills the buffer; false when the log ends before.
fn filled(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// A big-endian number at a place.
fn number(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    u32::from_be_bytes(four.unwrap_or_default())
}

/// The checksum of the log.
struct Sum {
    is_big_endian: bool,
}

impl Sum {
    fn over(&self, start: (u32, u32), bytes: &[u8]) -> (u32, u32) {
        let word = |four: &[u8]| {
            let four: [u8; 4] = four.try_into().unwrap_or_default();
            if self.is_big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
        };
        bytes.chunks_exact(8).fold(start, |(one, two), eight| {
            let (first, second) = eight.split_at(4);
            let one = one.wrapping_add(word(first)).wrapping_add(two);
            (one, two.wrapping_add(word(second)).wrapping_add(one))
        })
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, SqliteConnection};

    use super::*;

    /// The log of a database that is in use, with several commits in it.
    async fn log() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let url = format!("sqlite:{}?mode=rwc", path.display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        for sql in ["pragma journal_mode = wal", "create table t (a)"] {
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        }
        for number in 0..8 {
            let sql = format!("insert into t values (printf('%.3000c', {number}))");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
        std::fs::read(folder.path().join("test.db-wal")).unwrap()
    }

    #[tokio::test]
    async fn finds_what_is_overwritten_wherever_it_is() {
        let whole = log().await;
        assert_eq!(read(&mut whole.as_slice()).unwrap(), None);
        let frames = (whole.len() - HEADER) / (FRAME_HEADER + 4096);
        assert!(frames >= 8, "{frames}");
        for place in [0, 5, 17, 25, HEADER + 9, HEADER + 100, whole.len() / 2, whole.len() - 10] {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x55;
            assert!(read(&mut damaged.as_slice()).unwrap().is_some(), "at {place}");
        }
        let mut garbage = whole.clone();
        garbage[HEADER + FRAME_HEADER + 4096..].fill(0xaa);
        assert!(read(&mut garbage.as_slice()).unwrap().is_some());
        assert!(read(&mut &whole[..20]).unwrap().is_some());
    }
}
