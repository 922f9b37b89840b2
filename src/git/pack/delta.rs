//! Objects that are written as what they share with another one.

/// A number of a delta's head: seven bits in a byte, the lowest first; the eighth says that more come.
fn number(delta: &mut &[u8]) -> Option<usize> {
    let (mut number, mut shift) = (0_usize, 0_u32);
    loop {
        let (byte, rest) = delta.split_first()?;
        *delta = rest;
        let bits = usize::from(byte & 0x7f);
        number |= bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

/// How long the base is, and what the delta makes of it.
pub(super) fn sizes(mut delta: &[u8]) -> Option<(usize, usize)> {
    Some((number(&mut delta)?, number(&mut delta)?))
}

/// What a delta makes of its base; `None` when they do not fit together. The caller bounds [`sizes`].
pub(super) fn apply(base: &[u8], mut delta: &[u8]) -> Option<Vec<u8>> {
    let (from, size) = (number(&mut delta)?, number(&mut delta)?);
    if from != base.len() {
        return None;
    }
    let mut out = Vec::with_capacity(size);
    while let Some((&op, mut rest)) = delta.split_first() {
        let piece = if op & 0x80 == 0 {
            let (piece, after) = rest.split_at_checked(usize::from(op)).filter(|_| op != 0)?;
            rest = after;
            piece
        } else {
            // The low bits say which bytes of the place and of the length follow.
            let mut field = |bits: std::ops::Range<u32>| {
                let mut number = 0_usize;
                for (nth, bit) in bits.enumerate() {
                    if op & 1 << bit != 0 {
                        let (byte, after) = rest.split_first()?;
                        rest = after;
                        number |= usize::from(*byte) << (8 * nth);
                    }
                }
                Some(number)
            };
            let (at, length) = (field(0..4)?, field(4..7)?);
            let length = if length == 0 { 0x10000 } else { length };
            base.get(at..at.checked_add(length)?)?
        };
        delta = rest;
        if piece.len() > size - out.len() {
            return None;
        }
        out.extend_from_slice(piece);
    }
    (out.len() == size).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_copied_and_put_in() {
        // Three bytes from the first on, one of its own, and the whole once more.
        let delta = [4, 8, 0b1001_0001, 1, 3, 1, b'x', 0b1001_0000, 4];
        assert_eq!(apply(b"abcd", &delta).as_deref(), Some(&b"bcdxabcd"[..]));
        assert_eq!(sizes(&delta), Some((4, 8)));
        assert_eq!(apply(b"abcde", &delta), None);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for wrong in [
            &[][..],
            &[4],
            &[4, 1],
            &[4, 1, 0],
            &[4, 1, 2, b'x'],
            &[4, 1, 2, b'x', b'y'],
            &[4, 3, 0b1001_0001, 2, 3],
            &[4, 3, 0b1001_0001],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ] {
            assert_eq!(apply(b"abcd", wrong), None, "{wrong:?}");
        }
    }
}
