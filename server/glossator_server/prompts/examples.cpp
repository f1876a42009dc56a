/*
 * Documented C++ in the voice of Doxygen, for files that have no documented neighbours of their own.
 */

/**
 * @brief Append an entry at the head of the ring.
 *
 * @param entry The entry to copy into the next free slot.
 * @return True where a slot was free, false when the ring is full.
 */
bool Ring::push(const Entry& entry);

/**
 * @brief Stop a timer before it fires.
 *
 * @param timer The timer to stop; one that is not armed is left alone.
 * @param wait Whether to wait until a handler that already runs has returned.
 */
void disarm(Timer& timer, bool wait = false);

/**
 * @brief Find the first element that a predicate accepts.
 *
 * @tparam T Type of the elements.
 * @tparam Predicate What can be called with one element and tells true or false.
 * @param items The elements to look through, in order.
 * @param accepts The predicate; it is not called again after it has accepted.
 * @return Index of the element, or the number of elements where none is accepted.
 */
template <typename T, typename Predicate>
std::size_t find_first(const std::vector<T>& items, Predicate accepts);

/**
 * @brief Open a log file for writing.
 *
 * @param path Where the file is; its folder must exist.
 * @param limit Size in bytes at which a new file is begun.
 */
explicit LogFile(const std::string& path, std::size_t limit);

/**
 * @brief A registered device and the bus that it belongs to.
 */
struct Device {
    std::string name;
    Bus* bus;
};

/**
 * @brief What happens when a ring is full.
 */
enum class RingMode { drop, overwrite };
