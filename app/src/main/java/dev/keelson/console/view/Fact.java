package dev.keelson.console.view;

/**
 * A name and a value of a list of facts.
 *
 * @param name what
 * @param value the value in words
 * @param code whether the value is an identifier
 */
public record Fact(String name, String value, boolean code) {
    /** A value that is not an identifier. */
    public static Fact of(String name, String value) {
        return new Fact(name, value, false);
    }
}
