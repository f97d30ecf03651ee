package dev.keelson.error;

/**
 * A place in a text file that a person can open.
 *
 * @param file the file as the user named it
 * @param line line number from 1, or 0 when the whole file is meant
 * @param column column in characters from 1, or 0 when the whole line is meant
 */
public record Location(String file, int line, int column) {
    public Location {
        if (line < 0 || column < 0) {
            throw new IllegalArgumentException(
                    "line (%d) and column (%d) must not be negative.".formatted(line, column));
        }
    }

    /** {@code file:line:column}, without the parts that are not known. */
    @Override
    public String toString() {
        return line == 0 ? file : column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
    }
}
