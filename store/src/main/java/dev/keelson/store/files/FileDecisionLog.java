package dev.keelson.store.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Decisions and their rewards, in the order in which they came.
 *
 * <p>One file to which lines are appended: a CRC-32, a blank, and a JSON object. What is appended is on disk when the call
 * returns. A line cut off by a crash at the end of the file is dropped; damage before it is reported. Safe for use by
 * several threads of the one process that writes; others may look.
 */
public final class FileDecisionLog implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path file;
    private final List<JsonNode> entries;
    private final FileChannel channel;

    /**
     * Opens the log, and makes the file and its folder when there is none.
     *
     * @throws KeelsonException STORE_DAMAGED if the file is damaged before its end; NOT_WRITABLE, DISK_FULL
     */
    public FileDecisionLog(Path file) {
        this.file = file;
        this.entries = new ArrayList<>();
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            boolean made = !Files.exists(file);
            long good = made ? 0 : replay(file, Files.readAllBytes(file), entries);
            FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            opened.truncate(good);
            opened.position(good);
            if (made && folder != null) {
                DurableFiles.syncFolder(folder);
            }
            this.channel = opened;
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }

    /** What is in a file, beside the process that writes it; nothing when there is none. */
    public static List<JsonNode> look(Path file) {
        List<JsonNode> entries = new ArrayList<>();
        try {
            if (Files.exists(file)) {
                replay(file, Files.readAllBytes(file), entries);
            }
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
        return entries;
    }

    /** All entries, the oldest first. */
    public synchronized List<JsonNode> entries() {
        return List.copyOf(entries);
    }

    /** Appends an entry; it is on disk when this returns. */
    public synchronized void append(ObjectNode entry) {
        String text = entry.toString();
        ByteBuffer line = ByteBuffer.wrap((crc(text) + " " + text + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            long before = channel.position();
            try {
                while (line.hasRemaining()) {
                    channel.write(line);
                }
                channel.force(false);
            } catch (IOException e) {
                channel.truncate(before); // no half line in front of the next one
                throw e;
            }
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
        entries.add(entry.deepCopy());
    }

    private static long replay(Path file, byte[] bytes, List<JsonNode> entries) {
        int start = 0;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            String line = new String(bytes, start, end - start, StandardCharsets.UTF_8);
            if (!take(line, entries)) {
                if (end == bytes.length - 1) {
                    return start;
                }
                throw new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The log of decisions (%s) is damaged at byte %d.".formatted(file, start),
                        "Maybe restore it from a backup.");
            }
            start = end + 1;
        }
        return start;
    }

    private static boolean take(String line, List<JsonNode> entries) {
        int blank = line.indexOf(' ');
        if (blank != 8 || !line.substring(0, blank).equals(crc(line.substring(blank + 1)))) {
            return false;
        }
        try {
            return entries.add(MAPPER.readTree(line.substring(blank + 1)));
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static String crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }
}
