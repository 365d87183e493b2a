//! What a browser sends when somebody submits a form: `name=Ada&message=Hello+there%21`.

/// The value of a field; the empty text when the form has no such field.
pub fn field(body: &[u8], name: &str) -> String {
    let body = String::from_utf8_lossy(body);
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| decode(key) == name)
        .map(|(_, value)| decode(value))
        .unwrap_or_default()
}

/// Undoes the encoding: `+` is a blank, `%21` is the character with that number.
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(' '),
            b'%' => match hex(&mut bytes) {
                Some(decoded) => out.push(char::from(decoded)),
                None => out.push('%'),
            },
            _ => out.push(char::from(byte)),
        }
    }
    out
}

/// Two hexadecimal digits, if they come next.
fn hex(bytes: &mut std::str::Bytes<'_>) -> Option<u8> {
    let mut ahead = bytes.clone();
    let high = char::from(ahead.next()?).to_digit(16)?;
    let low = char::from(ahead.next()?).to_digit(16)?;
    *bytes = ahead;
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name() {
        let body = b"name=Ada+Lovelace&message=Hello%21+1%2B1%3D2";
        assert_eq!(field(body, "name"), "Ada Lovelace");
        assert_eq!(field(body, "message"), "Hello! 1+1=2");
        assert_eq!(field(body, "email"), "");
    }

    #[test]
    fn a_stray_percent_sign_stays() {
        assert_eq!(field(b"message=100%&name=50%zz", "message"), "100%");
        assert_eq!(field(b"message=100%&name=50%zz", "name"), "50%zz");
    }
}
