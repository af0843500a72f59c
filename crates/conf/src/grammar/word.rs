//! Bare words: what `8k`, `yes`, `1.5` or `2024-01-01T00:00:00Z` mean.

use super::Data;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::{alpha0, char, digit1};
use nom::combinator::{all_consuming, opt, recognize};
use nom::{IResult, Parser};

/// The value of a bare word; a string when it looks like nothing else.
///
/// # Errors
/// The text of the complaint, when a number is too large.
pub(super) fn classify(word: &str) -> Result<Data, String> {
    if let Some(truth) = boolean(word) {
        return Ok(Data::Bool(truth));
    }
    if let Ok((_, (digits, suffix))) = all_consuming(integer).parse(word)
        && let Some(factor) = factor(suffix)
    {
        return digits
            .parse::<i64>()
            .ok()
            .and_then(|number| number.checked_mul(factor))
            .map(Data::Integer)
            .ok_or_else(|| format!("integer '{word}' is out of the range"));
    }
    if all_consuming(float).parse(word).is_ok() {
        return match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Data::Float(number)),
            _ => Err(format!("float '{word}' is out of the range")),
        };
    }
    if is_date(word) {
        return Ok(Data::Date(word.to_owned()));
    }
    Ok(Data::Text(word.to_owned()))
}

fn boolean(word: &str) -> Option<bool> {
    const TRUE: [&str; 3] = ["true", "yes", "on"];
    const FALSE: [&str; 3] = ["false", "no", "off"];
    let is = |known: &&str| known.eq_ignore_ascii_case(word);
    if TRUE.iter().any(is) {
        Some(true)
    } else if FALSE.iter().any(is) {
        Some(false)
    } else {
        None
    }
}

fn integer(text: &str) -> IResult<&str, (&str, &str)> {
    (recognize((opt(char('-')), digit1)), alpha0).parse(text)
}

fn float(text: &str) -> IResult<&str, &str> {
    recognize((opt(char('-')), digit1, char('.'), digit1)).parse(text)
}

/// What a suffix multiplies by: `k` is 1000; `kb`, `ki` and `kib` are 1024; and so on up to `e`.
fn factor(suffix: &str) -> Option<i64> {
    let suffix = suffix.to_ascii_lowercase();
    let Some(letter) = suffix.chars().next() else {
        return Some(1);
    };
    let power = u32::try_from("kmgtpe".find(letter)?).ok()? + 1;
    match &suffix[1..] {
        "" => Some(1000_i64.pow(power)),
        "b" | "i" | "ib" => Some(1024_i64.pow(power)),
        _ => None,
    }
}

fn is_date(word: &str) -> bool {
    let Ok((_, (year, month, day, _, hour, minute, second))) = all_consuming(date).parse(word)
    else {
        return false;
    };
    (1..=days(year, month)).contains(&day) && hour < 24 && minute < 60 && second < 60
}

type Date = (u32, u32, u32, char, u32, u32, u32);

fn date(text: &str) -> IResult<&str, Date> {
    let two = |text| digits(2, text);
    let (text, year) = digits(4, text)?;
    let (text, (_, month, _, day)) = (tag("-"), two, tag("-"), two).parse(text)?;
    let (text, (t, hour, _, minute)) = (char('T'), two, tag(":"), two).parse(text)?;
    let (text, (_, second, _)) = (tag(":"), two, char('Z')).parse(text)?;
    Ok((text, (year, month, day, t, hour, minute, second)))
}

fn digits(count: usize, text: &str) -> IResult<&str, u32> {
    take_while_m_n(count, count, |c: char| c.is_ascii_digit())
        .map_res(str::parse)
        .parse(text)
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, want: Data) {
        assert_eq!(classify(word), Ok(want), "{word}");
    }

    #[test]
    fn suffixes_without_b_are_decimal_and_with_b_or_i_binary() {
        for (suffix, want) in [
            ("k", 2000),
            ("kb", 2048),
            ("Ki", 2048),
            ("KiB", 2048),
            ("M", 2_000_000),
            ("mib", 2 << 20),
            ("GB", 2 << 30),
            ("t", 2_000_000_000_000),
            ("Ti", 2 << 40),
            ("pb", 2 << 50),
            ("e", 2_000_000_000_000_000_000),
            ("", 2),
        ] {
            check(&format!("2{suffix}"), Data::Integer(want));
            check(&format!("-2{suffix}"), Data::Integer(-want));
        }
    }

    #[test]
    fn words_with_something_more_are_strings() {
        for word in [
            "2kbb",
            "20s",
            "1k2",
            "0x10",
            "1e5",
            "1_000",
            "-",
            "1.",
            ".5",
            "1.2.3.4:80",
            "2kx",
        ] {
            check(word, Data::Text(word.into()));
        }
    }

    #[test]
    fn numbers_beyond_64_bits_are_refused() {
        for word in ["99999999999999999999", "10e", "-10eb"] {
            assert_eq!(
                classify(word),
                Err(format!("integer '{word}' is out of the range"))
            );
        }
        let huge = format!("{}.0", "9".repeat(400));
        assert_eq!(
            classify(&huge),
            Err(format!("float '{huge}' is out of the range"))
        );
    }

    #[test]
    fn dates_must_be_in_the_calendar() {
        check(
            "2024-02-29T23:59:59Z",
            Data::Date("2024-02-29T23:59:59Z".into()),
        );
        for word in [
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-01-01",
            "2024-01-01T24:00:00Z",
        ] {
            check(word, Data::Text(word.into()));
        }
    }

    #[test]
    fn booleans_come_in_any_case() {
        for word in ["true", "YES", "On"] {
            check(word, Data::Bool(true));
        }
        for word in ["False", "no", "OFF"] {
            check(word, Data::Bool(false));
        }
        check("y", Data::Text("y".into()));
    }
}
