/*
 * Documented C in the voice of the kernel, for files that have no documented neighbours of their own.
 */

/**
 * ring_push() - Append an entry at the head of a ring.
 * @ring: the ring to append to
 * @entry: the entry to copy into the next free slot
 *
 * Return: 0 on success, -ENOSPC when every slot is taken
 */
int ring_push(struct ring *ring, const struct entry *entry);

/**
 * timer_disarm() - Stop a timer before it fires.
 * @timer: the timer to stop; one that is not armed is left alone
 * @sync: wait until a handler that already runs has returned
 */
void timer_disarm(struct timer *timer, bool sync);

/**
 * name_hash() - Compute the hash of a name.
 * @name: the characters to hash, not necessarily terminated
 * @len: number of characters in @name
 * @seed: value that sets the hashes of different tables apart
 *
 * Return: the hash, spread over all 32 bits
 */
u32 name_hash(const char *name, size_t len, u32 seed);

/**
 * dev_lookup() - Find a registered device by its number.
 * @bus: the bus to search
 * @number: number that the device was registered under
 *
 * Return: the device with a reference taken, or NULL where there is none
 */
struct device *dev_lookup(struct bus *bus, unsigned int number);

/**
 * struct slot - One place of a ring.
 * @entry: what is stored here
 * @used: whether @entry means anything
 * @next: index of the slot that follows
 */
struct slot {
	struct entry entry;
	bool used;
	unsigned int next;
};

/**
 * enum ring_mode - What happens when a ring is full.
 * @RING_DROP: the new entry is lost
 * @RING_OVERWRITE: the oldest entry is lost
 */
enum ring_mode {
	RING_DROP,
	RING_OVERWRITE,
};
