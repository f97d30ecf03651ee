package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;

/** The option {@code --limit}. */
final class Limits {
    private Limits() {}

    static void check(int limit) {
        if (limit < 1) {
            throw new KeelsonException(ErrorCode.USAGE, "--limit (%d) must be at least 1.".formatted(limit), null);
        }
    }
}
