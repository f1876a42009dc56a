// SPDX-License-Identifier: Apache-2.0
//! Sets of small numbers, a bit each.

/// A set of numbers below a bound.
pub struct BitSet {
    words: Vec<u64>,
    bound: usize,
}

impl BitSet {
    /// Creates an empty set for numbers below `bound`.
    pub fn new(bound: usize) -> Self {
        BitSet { words: vec![0; bound.div_ceil(64)], bound }
    }

    /// Adds a number and returns whether it was not in the set before.
    ///
    /// # Panics
    ///
    /// Panics if `number` is not below the bound of the set.
    pub fn insert(&mut self, number: usize) -> bool {
        assert!(number < self.bound);
        let mask = 1 << (number % 64);
        let word = &mut self.words[number / 64];
        let is_new = *word & mask == 0;
        *word |= mask;
        is_new
    }

    /// Removes a number and returns whether it was in the set.
    pub fn remove(&mut self, number: usize) -> bool {
        if number >= self.bound {
            return false;
        }
        let mask = 1 << (number % 64);
        let word = &mut self.words[number / 64];
        let was_there = *word & mask != 0;
        *word &= !mask;
        was_there
    }

    /// Returns whether a number is in the set.
    pub fn contains(&self, number: usize) -> bool {
        number < self.bound && self.words[number / 64] & (1 << (number % 64)) != 0
    }

    /// Returns how many numbers are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|it| it.count_ones() as usize).sum()
    }

    /// Removes all numbers and keeps the memory.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }
}

/// Parses numbers that commas separate into a set.
///
/// # Errors
///
/// Returns an error if a part is no number.
pub fn parse(text: &str, bound: usize) -> Result<BitSet, std::num::ParseIntError> {
    let mut set = BitSet::new(bound);
    for part in text.split(',') {
        set.insert(part.trim().parse()?);
    }
    Ok(set)
}
