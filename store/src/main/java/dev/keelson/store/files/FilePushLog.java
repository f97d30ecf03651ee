package dev.keelson.store.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.spi.PushLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Rows that were pushed, in the order in which they came, until they are part of a dataset and of the online features.
 *
 * <p>One file to which lines are appended: a CRC-32, a blank, and a JSON object. What is appended is on disk when the
 * call returns. A line cut off by a crash at the end of the file is dropped; damage before it is reported. When nothing
 * is kept any more, the file is emptied. Safe for use by several threads of one process.
 */
public final class FilePushLog implements PushLog {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path file;
    private final TreeMap<Long, Push> kept = new TreeMap<>();
    private final @Nullable FileChannel channel;
    private long last;

    /**
     * Opens the log, and makes the file when there is none.
     *
     * @throws KeelsonException STORE_DAMAGED if the file is damaged before its end; NOT_WRITABLE, DISK_FULL
     */
    public FilePushLog(Path file) {
        this(file, true);
    }

    /** Opens the log to look at it, beside the process that writes it. Nothing can be kept. */
    public static FilePushLog look(Path file) {
        return new FilePushLog(file, false);
    }

    private FilePushLog(Path file, boolean writes) {
        this.file = file;
        try {
            long good = Files.exists(file) ? replay(Files.readAllBytes(file)) : 0;
            if (writes) {
                FileChannel opened = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                opened.truncate(good);
                opened.position(good);
                this.channel = opened;
            } else {
                this.channel = null;
            }
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }

    private long replay(byte[] bytes) {
        int start = 0;
        for (int end = 0; end < bytes.length; end++) {
            if (bytes[end] != '\n') {
                continue;
            }
            String line = new String(bytes, start, end - start, StandardCharsets.UTF_8);
            if (!line.isEmpty() && !take(line)) {
                if (end == bytes.length - 1) {
                    return start;
                }
                throw new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The log of pushed rows (%s) is damaged at byte %d.".formatted(file, start),
                        "Maybe restore it from a backup, or move it away: the rows in it are then lost.");
            }
            start = end + 1;
        }
        return start;
    }

    private boolean take(String line) {
        int blank = line.indexOf(' ');
        if (blank != 8 || !line.substring(0, blank).equals(crc(line.substring(blank + 1)))) {
            return false;
        }
        try {
            JsonNode json = MAPPER.readTree(line.substring(blank + 1));
            if (json.has("loaded")) {
                json.get("loaded").forEach(number -> loaded(number.asLong()));
            } else if (json.has("done")) {
                json.get("done").forEach(number -> kept.remove(number.asLong()));
            } else {
                Push entry = new Push(
                        json.get("number").asLong(),
                        json.get("source").asText(),
                        json.get("online").asBoolean(),
                        json.get("offline").asBoolean(),
                        Instant.parse(json.get("at").asText()),
                        json.get("known_from").asLong(),
                        json.get("rows").asText());
                kept.put(entry.number(), entry);
                last = Math.max(last, entry.number());
            }
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private void loaded(long number) {
        kept.computeIfPresent(
                number,
                (key, entry) -> entry.online()
                        ? new Push(
                                number, entry.source(), true, false, entry.at(), entry.knownFrom(), entry.rows())
                        : null);
    }

    @Override
    public synchronized Push append(
            String source, boolean online, boolean offline, Instant at, long knownFrom, String rows) {
        Push entry = new Push(last + 1, source, online, offline, at, knownFrom, rows);
        write(JsonNodeFactory.instance
                .objectNode()
                .put("number", entry.number())
                .put("source", source)
                .put("online", online)
                .put("offline", offline)
                .put("at", at.toString())
                .put("known_from", knownFrom)
                .put("rows", rows));
        kept.put(entry.number(), entry);
        last = entry.number();
        return entry;
    }

    @Override
    public synchronized List<Push> entries(long after) {
        return new ArrayList<>(kept.tailMap(after, false).values());
    }

    @Override
    public synchronized void loaded(Collection<Long> numbers) {
        if (!numbers.isEmpty()) {
            write(list("loaded", numbers));
            numbers.forEach(this::loaded);
            emptyWhenDone();
        }
    }

    @Override
    public synchronized void done(Collection<Long> numbers) {
        if (!numbers.isEmpty()) {
            write(list("done", numbers));
            numbers.forEach(kept::remove);
            emptyWhenDone();
        }
    }

    private static ObjectNode list(String name, Collection<Long> numbers) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        var list = node.putArray(name);
        numbers.forEach(list::add);
        return node;
    }

    private FileChannel channel() {
        if (channel == null) {
            throw new IllegalStateException("The log of pushed rows (%s) was opened to look at it.".formatted(file));
        }
        return channel;
    }

    private void emptyWhenDone() {
        if (kept.isEmpty()) {
            try {
                channel().truncate(0);
                channel().position(0);
                channel().force(true);
            } catch (IOException e) {
                throw StoreErrors.writing(file, e);
            }
        }
    }

    private void write(ObjectNode json) {
        String text = json.toString();
        byte[] line = (crc(text) + " " + text + "\n").getBytes(StandardCharsets.UTF_8);
        FileChannel out = channel();
        long start = -1;
        try {
            start = out.position();
            ByteBuffer buffer = ByteBuffer.wrap(line);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            out.force(false);
        } catch (IOException e) {
            takeBack(out, start, e);
            throw StoreErrors.writing(file, e);
        }
    }

    private static void takeBack(FileChannel out, long start, IOException cause) {
        if (start >= 0) {
            try {
                out.truncate(start);
                out.position(start);
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }

    private static String crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    @Override
    public synchronized void close() {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw StoreErrors.writing(file, e);
        }
    }
}
