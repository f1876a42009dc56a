/**
 * @brief Append an entry at the head of a ring.
 *
 * @param ring The ring to append to.
 * @param entry The entry to copy into the next free slot.
 * @return Whether there was a free slot.
 */
bool push(Ring &ring, const Entry &entry);

/**
 * @brief Find a registered device by its number.
 *
 * @param bus The bus to search.
 * @param number The number that the device was registered under.
 * @tparam T The kind of device.
 * @return The device, or a null pointer where there is none.
 */
template <typename T> T *findDevice(const Bus &bus, int number);

/**
 * @brief A timer that can be stopped before it fires.
 */
class Timer {
public:
	/**
	 * @brief Set up a timer that does not run yet.
	 *
	 * @param seconds How long to wait.
	 * @param callback What to call when the time is up.
	 */
	Timer(double seconds, Callback callback);

	/**
	 * @brief Stop the timer; one that does not run is left alone.
	 */
	void cancel();
};

/**
 * @brief Compute the hash of a name.
 *
 * @param name The characters to hash, not necessarily terminated.
 * @param length The number of characters in @p name.
 * @return The hash, spread over all bits.
 */
std::size_t hashOf(const char *name, std::size_t length);
