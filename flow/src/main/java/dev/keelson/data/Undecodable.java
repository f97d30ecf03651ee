package dev.keelson.data;

import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/** Bytes that are no text, with the whole lines before them. */
final class Undecodable extends CharacterCodingException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final transient byte[] bytes;
    private final int lines;

    /**
     * @param file what places call it
     * @param bytes all of it
     * @param lines how many bytes at its beginning are whole lines of text
     */
    Undecodable(String file, byte[] bytes, int lines) {
        this.file = file;
        this.bytes = bytes;
        this.lines = lines;
    }

    String file() {
        return file;
    }

    /** The lines before the one that is no text, as bytes of a file. */
    byte[] before() {
        return Arrays.copyOf(bytes, lines);
    }
}
