package dev.keelson.registry;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.spi.CatalogTransaction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The audit trail as a chain: each line's hash is the SHA-256 over the hash of the line before and the line's own fields. Who
 * changes, removes or inserts a line breaks the chain there, and cannot mend it without making every later line anew; so it is
 * enough to keep the last hash elsewhere to know that nothing before it was touched.
 *
 * <p>The hashed bytes: the hash before in hexadecimal digits, then sequence, time in microseconds since 1970, actor, action,
 * model, version, reason and evidence, each as UTF-8 with its length in bytes and a colon before it and a line feed behind; a
 * line without a version has {@code -} for length and nothing else. Lengths make the fields unambiguous.
 */
public final class AuditChain {
    /** What stands before the first line. */
    public static final String START = "0".repeat(64);

    private static final int PAGE = 1_000;

    private AuditChain() {}

    /** The hash of a line that follows one with the hash {@code before}. */
    public static String hash(String before, AuditEntry entry) {
        MessageDigest digest = sha256();
        add(digest, before);
        add(digest, Long.toString(entry.sequence()));
        add(digest, Long.toString(Micros.of(entry.at())));
        add(digest, entry.actor());
        add(digest, entry.action());
        add(digest, entry.model());
        Integer version = entry.version();
        add(digest, version == null ? null : Integer.toString(version));
        add(digest, entry.reason());
        add(digest, entry.evidence());
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, @Nullable String field) {
        if (field == null) {
            digest.update("-\n".getBytes(StandardCharsets.UTF_8));
            return;
        }
        byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
        digest.update((byte) '\n');
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }

    /**
     * What a look along the whole chain found.
     *
     * @param lines how many lines were looked at, up to the first broken one
     * @param head the hash of the last sound line; {@link #START} when there is none
     * @param broken sequence of the first line that does not fit, or null
     * @param finding what is wrong, in one sentence; null when nothing is
     */
    public record Verification(long lines, String head, @Nullable Long broken, @Nullable String finding) {
        /** Whether the chain is whole. */
        public boolean sound() {
            return finding == null;
        }

        /** For those who cannot go on with a broken trail: AUDIT_BROKEN. */
        public KeelsonException failure() {
            return new KeelsonException(
                    ErrorCode.AUDIT_BROKEN,
                    "The audit trail is broken: %s".formatted(finding),
                    "Maybe the catalogue was changed by another tool: compare it with a backup.");
        }
    }

    /**
     * A line up to which the chain was found sound.
     *
     * @param sequence its position
     * @param before the hash of the line before it
     * @param hash its own
     * @param lines how many lines there are up to it
     */
    public record Mark(long sequence, String before, String hash, long lines) {}

    /**
     * What a look along the end of the chain found.
     *
     * @param verification with all lines counted, those before {@code from} as they were found earlier
     * @param from sequence of the line that the look began at; 0 for the beginning
     * @param mark where the next look may begin; null when there is no line or the chain is broken
     */
    public record Look(Verification verification, long from, @Nullable Mark mark) {}

    /**
     * Looks along the chain from a line on that was sound earlier. That line is looked at again; when it is not what it was, or is
     * gone, the whole chain is.
     *
     * @param mark where an earlier look ended, or null for the whole chain
     */
    public static Look look(CatalogTransaction tx, @Nullable Mark mark) {
        if (mark != null) {
            List<AuditLine> first = tx.auditChain(mark.sequence() - 1, 1);
            boolean same = !first.isEmpty()
                    && first.getFirst().entry().sequence() == mark.sequence()
                    && first.getFirst().hash().equals(mark.hash())
                    && hash(mark.before(), first.getFirst().entry()).equals(mark.hash());
            if (!same) {
                return look(tx, null);
            }
        }
        String before = mark == null ? START : mark.before();
        String head = mark == null ? START : mark.hash();
        long last = mark == null ? 0 : mark.sequence();
        long lines = mark == null ? 0 : mark.lines();
        long from = last;
        List<AuditLine> page;
        do {
            page = tx.auditChain(last, PAGE);
            for (AuditLine line : page) {
                if (!hash(head, line.entry()).equals(line.hash())) {
                    return new Look(
                            new Verification(lines, head, line.entry().sequence(), finding(last, line)), from, null);
                }
                before = head;
                head = line.hash();
                last = line.entry().sequence();
                lines++;
            }
        } while (page.size() == PAGE);
        return new Look(new Verification(lines, head, null, null), from, lines == 0 ? null : new Mark(last, before, head, lines));
    }

    /**
     * Looks along the chain.
     *
     * @param anchor a hash that was noted earlier and must be of one of the lines, or null; without one, lines that were cut
     *     off at the end cannot be told from lines that never were
     */
    public static Verification verify(CatalogTransaction tx, @Nullable String anchor) {
        String head = START;
        long last = 0;
        long lines = 0;
        boolean anchored = anchor == null;
        while (true) {
            List<AuditLine> page = tx.auditChain(last, PAGE);
            for (AuditLine line : page) {
                long sequence = line.entry().sequence();
                String expected = hash(head, line.entry());
                if (!expected.equals(line.hash())) {
                    return new Verification(lines, head, sequence, finding(last, line));
                }
                head = line.hash();
                last = sequence;
                lines++;
                anchored |= head.equals(anchor);
            }
            if (page.size() < PAGE) {
                break;
            }
        }
        return anchored || (lines == 0 && START.equals(anchor)) // the head that is told of a trail without a line
                ? new Verification(lines, head, null, null)
                : new Verification(
                        lines,
                        head,
                        last + 1,
                        "the head is not in this trail: no line has the hash (%s). Lines after line %d are missing, the whole trail was made anew, or the head is of another one."
                                .formatted(anchor, last));
    }

    private static String finding(long last, AuditLine line) {
        long sequence = line.entry().sequence();
        long missing = sequence - last - 1;
        if (missing > 0) {
            return missing == 1
                    ? "line %d is missing before line %d (or line %d was altered).".formatted(last + 1, sequence, sequence)
                    : "lines %d to %d are missing before line %d (or line %d was altered)."
                            .formatted(last + 1, sequence - 1, sequence, sequence);
        }
        return "line %d was altered, or put there later: %s, %s of %s%s by %s."
                .formatted(
                        sequence,
                        line.entry().at(),
                        line.entry().action(),
                        line.entry().model(),
                        line.entry().version() == null ? "" : " v" + line.entry().version(),
                        line.entry().actor());
    }
}
