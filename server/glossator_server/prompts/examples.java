/** A ring that entries are appended to. */
public class Ring {
    /**
     * Appends an entry at the head of the ring.
     *
     * @param entry the entry to copy into the next free slot
     * @return whether there was a free slot
     */
    public boolean push(Entry entry) {
        return write(entry);
    }

    /**
     * Reads the settings of a project from a file.
     *
     * @param path where the file is
     * @param encoding how its text is encoded
     * @return the settings, with defaults for what the file does not name
     * @throws IOException if the file cannot be read
     */
    public static Settings load(Path path, Charset encoding) throws IOException {
        return Settings.parse(path, encoding);
    }

    /** Stops the timer; one that does not run is left alone. */
    public void cancel() {
    }

    /**
     * Creates a ring with a number of slots.
     *
     * @param slots how many entries it holds at most
     */
    public Ring(int slots) {
    }

    /**
     * Finds a registered device by its number.
     *
     * @param <T> the kind of device
     * @param number the number that the device was registered under
     * @return the device, or {@code null} where there is none
     */
    public <T> T findDevice(int number) {
        return null;
    }
}
