package dev.keelson.data;

import dev.keelson.data.DatasetDraft.PartitionRows;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.data.spi.DatasetStore;
import dev.keelson.data.spi.SourceFiles;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.expression.Condition;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The load of a plain CSV file: all columns declared, no contradictions, in order of time as far as months go, and rules
 * that judge rows by themselves. Blocks of records are read by several threads with the readers of cells that every load
 * uses; a month is sorted, hashed and stored as soon as later blocks have left it behind. A key has its rows in one
 * month, so a load that follows another compares month with month, and only those whose hash is another one row by row.
 * In memory are the open months and a few blocks, and where the event time is not in the key, a hash of each key. The
 * version is the one that {@link SourceReader} and {@link DataLoad} make of the file.
 *
 * <p>Whatever else a file is, or turns out to be at its last line, is answered with nothing: the file is then read again
 * by the parser that knows line and column. Months stored until then are swept.
 */
final class BulkLoad {
    /** How many bytes a block has: less in a small process, so that the months of some blocks fit. */
    private static final int BLOCK =
            (int) Math.clamp(Runtime.getRuntime().maxMemory() / 256, 1L << 18, 4L << 20);

    private static final int QUOTED = -1;
    private static final int NOT_PLAIN = -2;
    private static final int NOT_VISIBLE = Integer.MIN_VALUE;
    private static final int BLOCKS_AHEAD = 4;
    private static final int MONTHS_AHEAD = 3;
    private static final int BLOCKS_BEHIND = 4;
    private static final Set<String> CHECKS =
            Set.of("row_count", "duplicate_keys", "quarantined", "missing", "freshness");

    private final DatasetStore store;
    private final SourceDefinition source;
    private final @Nullable DatasetVersion previous;
    private final @Nullable Instant until;
    private final long limit;
    private final List<String> header;
    private final List<CellRule> rules;
    private final List<RowSchema.Rule> rowRules;
    private final boolean timeInKey;
    private final Schema schema;
    private final KeyMonths keys = new KeyMonths(Runtime.getRuntime().maxMemory() / 5);
    private final NavigableMap<YearMonth, List<Frame>> brokenRows = new TreeMap<>();
    private final NavigableMap<YearMonth, List<Frame>> open = new TreeMap<>();
    private final NavigableMap<YearMonth, Future<@Nullable Stored>> stored = new TreeMap<>();
    private final Deque<YearMonth> earliest = new ArrayDeque<>();
    private final Map<String, Long> nulled = new LinkedHashMap<>();
    private final NavigableMap<Integer, String> rejectedLines = new TreeMap<>();
    private final long mostRows;
    private long openRows;
    private long rejectedChars;
    private long rejectedCopies;
    private boolean nulledByRule;
    private int lines = 1; // the header

    private BulkLoad(
            DatasetStore store,
            SourceDefinition source,
            @Nullable DatasetVersion previous,
            @Nullable Instant until,
            List<String> header) {
        this.store = store;
        this.source = source;
        this.previous = previous;
        this.until = until;
        this.limit = until == null ? Long.MAX_VALUE : Micros.of(until);
        this.header = header;
        Map<String, ColumnDefinition> declared = new LinkedHashMap<>();
        source.columns().forEach(column -> declared.put(column.name(), column));
        this.rules = header.stream()
                .map(declared::get)
                .map(column -> CellRule.of(column, source.zone(), isRole(column.name())))
                .toList();
        List<Column> columns = new ArrayList<>();
        rules.forEach(rule -> columns.add(new Column(rule.name(), rule.type())));
        SystemColumns.NAMES.forEach(name -> columns.add(new Column(name, ColumnType.TIMESTAMP)));
        this.schema = new Schema(columns);
        this.rowRules = RowSchema.rules(source, schema);
        this.timeInKey = source.key().contains(source.eventTime());
        this.mostRows = Runtime.getRuntime().maxMemory() / 6 / (9L * columns.size() + 16);
    }

    private boolean isRole(String column) {
        return source.key().contains(column)
                || column.equals(source.eventTime())
                || column.equals(source.created())
                || column.equals(SourceParser.cursorName(source));
    }

    /**
     * Rows of one block.
     *
     * @param frame the visible ones, in the order of the file
     * @param nulled cells made missing, by column
     * @param lines how many lines it has
     * @param rejected records that are no good row: the line in the block where each starts, and what it says
     * @param judged what the rules made of its rows; null when nothing but the rows themselves is needed
     */
    private record Block(
            Frame frame, long[] nulled, int lines, NavigableMap<Integer, String> rejected, @Nullable Judged judged) {}

    /**
     * What is needed of a block besides its rows.
     *
     * @param broken rows that break a rule: their keys count
     * @param nulled cells that rules made missing, by column
     * @param keys a hash of the key of each row, whether visible or not; empty when the event time is in the key
     * @param months the month of each; another number than any month's for rows that are not visible
     */
    private record Judged(Frame broken, Map<String, Long> nulled, long[] keys, int[] months) {}

    /**
     * A month that was dealt with.
     *
     * @param partition its rows now
     * @param nulls how many more missing cells it has than before, by column of the schema
     * @param read how many rows the file has, without exact copies
     * @param copies exact copies that were left out
     * @param loaded rows that were not there before
     * @param updated rows that were there with another content
     * @param cursorMark the greatest cursor of rows loaded or updated
     * @param left hashes of the keys that it had and the file does not have in it
     */
    private record Stored(
            Partition partition,
            long[] nulls,
            long read,
            long copies,
            long loaded,
            long updated,
            long cursorMark,
            long[] left) {}

    /**
     * Loads a source.
     *
     * @param previous the version that the rows are to follow; null for none
     * @param until only rows known strictly before it are visible; null for all
     * @param blocked told of a load that is blocked
     * @return what was done, or empty when the file is not plain; nothing visible has changed then
     * @throws KeelsonException DATA_BLOCKED when a check of severity BLOCK does not hold; what the store throws
     */
    static Optional<LoadReport> load(
            SourceFiles files,
            DatasetStore store,
            SourceDefinition source,
            @Nullable DatasetVersion previous,
            @Nullable Instant until,
            Instant now,
            Consumer<DataLoad.Blocked> blocked) {
        return load(files, store, source, previous, until, now, blocked, BLOCK);
    }

    /** @param block how many bytes a block has */
    static Optional<LoadReport> load(
            SourceFiles files,
            DatasetStore store,
            SourceDefinition source,
            @Nullable DatasetVersion previous,
            @Nullable Instant until,
            Instant now,
            Consumer<DataLoad.Blocked> blocked,
            int block) {
        Located name = source.file();
        if (!fits(source)) {
            return Optional.empty();
        }
        try {
            List<Located> found = files.find(name);
            if (found.size() != 1 || !found.getFirst().equals(name)) {
                return Optional.empty();
            }
            try (InputStream raw = files.open(name)) {
                return load(raw, store, source, previous, until, now, blocked, block);
            }
        } catch (IOException e) {
            return Optional.empty(); // the other reading says what is wrong
        }
    }

    /** Whether a source's declarations allow it; whatever they have that this class does not know makes them not fit. */
    private static boolean fits(SourceDefinition source) {
        SourceDefinition plain = SourceDefinition.of(source.name(), source.file())
                .key(source.key())
                .eventTime(source.eventTime())
                .cursor(source.cursor())
                .lateWindow(source.lateWindow())
                .created(source.created())
                .knownAfter(source.knownAfter())
                .outcomes(source.outcomes())
                .zone(source.zone())
                .columns(source.columns())
                .checks(source.checks())
                .rules(source.rules())
                .location(source.location())
                .build();
        String file = source.file().text().toLowerCase(Locale.ROOT);
        return source.equals(plain)
                && (file.endsWith(".csv") || file.endsWith(".csv.gz"))
                && source.rules().stream().allMatch(RowRules::isPlain)
                && source.checks().stream().allMatch(BulkLoad::isKnown);
    }

    private static boolean isKnown(CheckDefinition check) {
        if (SourceChecks.problem(check).isPresent()) {
            return false;
        }
        Condition condition = Condition.parse(check.condition());
        return !condition.change() && CHECKS.contains(condition.name());
    }

    private static Optional<LoadReport> load(
            InputStream raw,
            DatasetStore store,
            SourceDefinition source,
            @Nullable DatasetVersion previous,
            @Nullable Instant until,
            Instant now,
            Consumer<DataLoad.Blocked> blocked,
            int block)
            throws IOException {
        MessageDigest digest = sha256();
        PushbackInputStream in = new PushbackInputStream(new DigestInputStream(raw, digest), 3);
        byte[] head = in.readNBytes(3);
        in.unread(head);
        boolean gzip = head.length >= 2 && head[0] == (byte) 0x1F && head[1] == (byte) 0x8B;
        if (gzip != source.file().text().endsWith(".gz")) {
            return Optional.empty();
        }
        Blocks blocks = new Blocks(gzip ? new GZIPInputStream(in, 1 << 16) : in, block);
        byte[] headerLine = blocks.headerLine();
        List<String> header = header(source, headerLine);
        if (headerLine == null || header == null) {
            return Optional.empty();
        }
        BulkLoad load = new BulkLoad(store, source, previous, until, header);
        if (previous != null && !(previous.key().equals(source.key()) && previous.schema().equals(load.schema))) {
            return Optional.empty();
        }
        NavigableMap<YearMonth, Stored> months = load.months(blocks);
        if (months == null || months.isEmpty() || !load.isKnown(months)) {
            return Optional.empty();
        }
        in.transferTo(OutputStream.nullOutputStream()); // what follows the compressed data belongs to the hash
        List<QuarantinedRow> rejected = load.rejected(headerLine);
        return rejected == null
                ? Optional.empty()
                : Optional.of(
                        load.finish(months, rejected, HexFormat.of().formatHex(digest.digest()), now, blocked));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must support SHA-256.", e);
        }
    }

    /** The names in the header when they are all declared, and all declared ones are there; else null. */
    private static @Nullable List<String> header(SourceDefinition source, byte @Nullable [] line) {
        if (line == null) {
            return null;
        }
        try {
            CsvText text = CsvText.decode(source.file().text(), line);
            List<String> header = text.header();
            new SourceParser(source, text, null).check();
            Set<String> declared = Set.copyOf(
                    source.columns().stream().map(ColumnDefinition::name).toList());
            return declared.size() == header.size() && declared.containsAll(header) ? header : null;
        } catch (KeelsonException e) {
            return null; // the other reading says what is wrong
        }
    }

    /** Whole records of a stream, block by block. */
    private static final class Blocks {
        private static final int BYTE_ORDER_MARK = 3;

        private final InputStream in;
        private final int size;
        private byte[] rest = {};
        private boolean ended;
        private boolean cut;
        private boolean begun;

        Blocks(InputStream in, int size) {
            this.in = in;
            this.size = size;
        }

        /** The first line with its end, without a byte order mark; null when there is none in the first block. */
        byte @Nullable [] headerLine() throws IOException {
            byte[] block = next();
            if (block == null) {
                return null;
            }
            int end = 0;
            while (end < block.length && block[end] != '\n') {
                end++;
            }
            if (end == block.length) {
                return null;
            }
            byte[] line = Arrays.copyOf(block, end + 1);
            byte[] lines = new byte[block.length - end - 1 + rest.length];
            System.arraycopy(block, end + 1, lines, 0, block.length - end - 1);
            System.arraycopy(rest, 0, lines, block.length - end - 1, rest.length);
            rest = lines;
            return line;
        }

        /** Whether reading ended at a record that is longer than a block. */
        boolean cut() {
            return cut;
        }

        /** The next records, or null at the end; a last one without an end is one. */
        byte @Nullable [] next() throws IOException {
            if (ended && rest.length == 0) {
                return null;
            }
            byte[] block = Arrays.copyOf(rest, rest.length + size);
            int read = in.readNBytes(block, rest.length, size);
            int length = rest.length + read;
            ended |= read < size;
            int end = length;
            if (!ended) {
                end = wholeRecords(block, length);
                if (end == 0) {
                    ended = true;
                    cut = true;
                    length = 0;
                }
            }
            begun = true;
            rest = Arrays.copyOfRange(block, end, length);
            return end == 0 ? null : Arrays.copyOf(block, end);
        }

        /** Where the last whole record ends; a line end between quotes ends none. */
        private int wholeRecords(byte[] block, int length) {
            int quote = 0;
            while (quote < length && block[quote] != '"') {
                quote++;
            }
            int end = length;
            while (quote == length && end > 0 && block[end - 1] != '\n') {
                end--;
            }
            if (quote == length) {
                return end;
            }
            boolean marked = !begun && length >= BYTE_ORDER_MARK && block[0] == (byte) 0xEF;
            boolean quoted = false;
            boolean cellStart = true;
            end = 0;
            for (int i = marked ? BYTE_ORDER_MARK : 0; i < length; i++) {
                byte b = block[i];
                if (quoted) {
                    if (b == '"' && i + 1 < length && block[i + 1] == '"') {
                        i++;
                    } else {
                        quoted = b != '"';
                    }
                    continue;
                }
                quoted = cellStart && b == '"';
                cellStart = b == ',' || b == '\n' || b == '\r';
                end = b == '\n' ? i + 1 : end;
            }
            return end;
        }
    }

    /** All months, stored; null when the file is not plain. */
    private @Nullable NavigableMap<YearMonth, Stored> months(Blocks blocks) throws IOException {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
        ExecutorService parsers = Executors.newFixedThreadPool(threads);
        ExecutorService writers = Executors.newFixedThreadPool(Math.min(threads, MONTHS_AHEAD));
        try {
            Deque<Future<@Nullable Block>> ahead = new ArrayDeque<>();
            boolean more = true;
            while (more || !ahead.isEmpty()) {
                while (more && ahead.size() < BLOCKS_AHEAD) {
                    byte[] lines = blocks.next();
                    more = lines != null;
                    if (lines != null) {
                        ahead.add(parsers.submit(() -> parse(lines)));
                    }
                }
                Future<@Nullable Block> first = ahead.poll();
                if (first == null) {
                    break;
                }
                Block block = first.get();
                if (block == null || !take(block, writers)) {
                    return null;
                }
            }
            if (blocks.cut()) {
                return null;
            }
            while (!open.isEmpty()) {
                store(writers);
            }
            NavigableMap<YearMonth, Stored> months = new TreeMap<>();
            for (Map.Entry<YearMonth, Future<@Nullable Stored>> each : stored.entrySet()) {
                Stored month = each.getValue().get();
                if (month == null) {
                    return null;
                }
                months.put(each.getKey(), month);
            }
            return months;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeelsonException(ErrorCode.INTERNAL, "The load was interrupted.", null, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KeelsonException expected) {
                throw expected;
            }
            throw new IllegalStateException("A part of the load failed.", e.getCause());
        } finally {
            parsers.shutdownNow();
            writers.shutdown();
        }
    }

    /** Reads lines; null when one of them is not plain. */
    private @Nullable Block parse(byte[] bytes) {
        char[] chars;
        int length;
        try {
            CharBuffer decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
            chars = decoded.array();
            length = decoded.limit();
        } catch (CharacterCodingException e) {
            return null;
        }
        ColumnReader[] readers = rules.stream().map(ColumnReader::new).toArray(ColumnReader[]::new);
        ColumnReader eventTime = readers[header.indexOf(source.eventTime())];
        String createdName = source.created();
        ColumnReader created = createdName == null ? null : readers[header.indexOf(createdName)];
        long knownAfter = Micros.of(source.knownAfter());
        boolean judging = !rowRules.isEmpty() || !timeInKey;
        long[] nulls = new long[readers.length];
        long[] events = new long[1024];
        long[] known = new long[1024];
        int[] places = new int[rowRules.isEmpty() ? 0 : 3 * 1024]; // of each row its line, its first character and its end
        NavigableMap<Integer, String> rejected = new TreeMap<>();
        boolean[] nulledHere = new boolean[readers.length];
        QuotedCells cells = new QuotedCells();
        int rows = 0;
        int lines = 0;
        int at = 0;
        while (at < length) {
            int start = at;
            int line = lines + 1;
            int end = lineEnd(chars, start, length);
            boolean good;
            if (end == QUOTED) {
                if (!cells.read(chars, start, length) || isLoneReturn(chars, cells.end(), length)) {
                    return null;
                }
                end = cells.end();
                at = end < length && chars[end] == '\r' ? end + 2 : end + 1;
                lines += cells.lines();
                good = cells.good() && isGood(readers, cells, rows, nulledHere);
            } else if (end == NOT_PLAIN) {
                return null;
            } else {
                at = end + 1;
                lines++;
                end = end > start && chars[end - 1] == '\r' ? end - 1 : end;
                if (end == start) {
                    continue; // a blank line
                }
                good = isGood(readers, chars, start, end, rows, nulledHere);
            }
            if (!good) {
                rejected.put(line, new String(chars, start, end - start));
                continue;
            }
            for (int i = 0; i < nulls.length; i++) {
                nulls[i] += nulledHere[i] ? 1 : 0;
            }
            if (rows == events.length) {
                events = Arrays.copyOf(events, 2 * rows);
                known = Arrays.copyOf(known, 2 * rows);
                places = Arrays.copyOf(places, 2 * places.length);
            }
            if (places.length > 0) {
                places[3 * rows] = line;
                places[3 * rows + 1] = start;
                places[3 * rows + 2] = end;
            }
            events[rows] = eventTime.microsAt(rows);
            known[rows] = created != null ? created.microsAt(rows) : Math.addExact(events[rows], knownAfter);
            rows += judging || known[rows] < limit ? 1 : 0;
        }
        List<Vector> vectors = new ArrayList<>();
        for (ColumnReader reader : readers) {
            vectors.add(reader.vector(rows));
        }
        vectors.add(new Vector.Longs(ColumnType.TIMESTAMP, Arrays.copyOf(events, rows), null));
        vectors.add(new Vector.Longs(ColumnType.TIMESTAMP, Arrays.copyOf(known, rows), null));
        Frame frame = new Frame(schema, vectors, rows);
        return judging
                ? judged(frame, nulls, lines, rejected, chars, places)
                : new Block(frame, nulls, lines, rejected, null);
    }

    /** A block of which rules set rows aside, and whose keys are looked at. */
    private Block judged(
            Frame all, long[] nulls, int lines, NavigableMap<Integer, String> rejected, char[] chars, int[] places) {
        long[] events = all.longs(SystemColumns.EVENT_TIME).values();
        long[] known = all.longs(SystemColumns.KNOWN_AT).values();
        RowRules.Judged judged = RowRules.judge(rowRules, all);
        boolean[] out = judged.out();
        int[] months = new int[timeInKey ? 0 : all.rows()];
        for (int row = 0; row < months.length; row++) {
            boolean counts = out[row] || known[row] < limit;
            months[row] = counts ? DatasetState.number(DatasetState.monthOf(events[row])) : NOT_VISIBLE;
        }
        long[] hashes = timeInKey ? new long[0] : keyHashes(all);
        for (int row = 0; row < all.rows(); row++) {
            if (out[row]) {
                int start = places[3 * row + 1];
                rejected.put(places[3 * row], new String(chars, start, places[3 * row + 2] - start));
            }
        }
        Frame good = judged.frame()
                .take(IntStream.range(0, all.rows())
                        .filter(row -> !out[row] && known[row] < limit)
                        .toArray());
        Frame broken = all.take(IntStream.range(0, all.rows()).filter(row -> out[row]).toArray());
        return new Block(good, nulls, lines, rejected, new Judged(broken, judged.nulled(), hashes, months));
    }

    private long[] keyHashes(Frame rows) {
        long[] digests = new RowDigests().ofRows(rows, source.key());
        return IntStream.range(0, rows.rows()).mapToLong(row -> digests[2 * row]).toArray();
    }

    /** Where a line ends; else QUOTED when there are quotes in it, NOT_PLAIN for a carriage return that ends nothing. */
    private static int lineEnd(char[] chars, int start, int length) {
        int end = start;
        while (end < length && chars[end] != '\n') {
            if (chars[end] == '"') {
                return QUOTED;
            }
            if (isLoneReturn(chars, end, length)) {
                return NOT_PLAIN;
            }
            end++;
        }
        return end;
    }

    private static boolean isLoneReturn(char[] chars, int at, int length) {
        return at < length && chars[at] == '\r' && !(at + 1 < length && chars[at + 1] == '\n');
    }

    /** Reads the cells of a line; whether there are as many as columns, each of them good. */
    private static boolean isGood(
            ColumnReader[] readers, char[] chars, int start, int end, int row, boolean[] nulledHere) {
        int cell = 0;
        for (int from = start; from <= end; cell++) {
            int to = from;
            while (to < end && chars[to] != ',') {
                to++;
            }
            if (cell == readers.length || !isGood(readers, cell, chars, from, to, row, nulledHere)) {
                return false;
            }
            from = to + 1;
        }
        return cell == readers.length;
    }

    private static boolean isGood(ColumnReader[] readers, QuotedCells cells, int row, boolean[] nulledHere) {
        if (cells.count() != readers.length) {
            return false;
        }
        for (int i = 0; i < readers.length; i++) {
            if (!isGood(readers, i, cells.chars(), cells.start(i), cells.end(i), row, nulledHere)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isGood(
            ColumnReader[] readers, int cell, char[] chars, int from, int to, int row, boolean[] nulledHere) {
        ColumnReader reader = readers[cell];
        nulledHere[cell] = reader.read(chars, from, to, row) != null;
        if (nulledHere[cell]) {
            if (!reader.rule().nullOnFail() || reader.rule().required()) {
                return false;
            }
            reader.setNull(row);
        }
        return true;
    }

    /** Adds rows to their months and stores the months left behind; false when the file is not in order of time. */
    private boolean take(Block block, ExecutorService writers) throws InterruptedException, ExecutionException {
        for (int i = 0; i < header.size(); i++) {
            if (block.nulled()[i] > 0) {
                nulled.merge(header.get(i), block.nulled()[i], Long::sum);
            }
        }
        block.rejected().forEach((line, text) -> {
            rejectedLines.put(lines + line, text);
            rejectedChars += text.length();
        });
        lines += block.lines();
        if (rejectedChars > SourceBytes.limit() / 8 || (block.judged() != null && !take(block.judged()))) {
            return false;
        }
        NavigableMap<YearMonth, int[]> months = DatasetState.byMonth(block.frame());
        if (months.isEmpty()) {
            return true;
        }
        for (Map.Entry<YearMonth, int[]> month : months.entrySet()) {
            if (stored.containsKey(month.getKey())) {
                return false;
            }
            Frame rows = months.size() == 1 ? block.frame() : block.frame().take(month.getValue());
            open.computeIfAbsent(month.getKey(), each -> new ArrayList<>()).add(rows);
        }
        openRows += block.frame().rows();
        earliest.add(months.firstKey());
        if (earliest.size() > BLOCKS_BEHIND) {
            earliest.remove();
            YearMonth left = earliest.stream().min(YearMonth::compareTo).orElseThrow();
            while (!open.isEmpty() && open.firstKey().isBefore(left)) {
                store(writers);
            }
        }
        return openRows <= mostRows;
    }

    /** Takes what the rules made of a block; false when there are too many keys or a month comes back. */
    private boolean take(Judged judged) {
        judged.nulled().forEach((column, count) -> nulled.merge(column, count, Long::sum));
        nulledByRule |= !judged.nulled().isEmpty();
        for (int row = 0; row < judged.keys().length; row++) {
            if (!keys.put(judged.keys()[row], judged.months()[row])) {
                return false;
            }
        }
        for (Map.Entry<YearMonth, int[]> month :
                DatasetState.byMonth(judged.broken()).entrySet()) {
            if (stored.containsKey(month.getKey())) {
                return false;
            }
            brokenRows
                    .computeIfAbsent(month.getKey(), each -> new ArrayList<>())
                    .add(judged.broken().take(month.getValue()));
        }
        return true;
    }

    /**
     * Whether the months tell all: no key is in two of them, no row of the version before is in another one now, and no copy is of a row that a
     * rule changed, of which the other reading counts one only.
     */
    private boolean isKnown(NavigableMap<YearMonth, Stored> months) {
        boolean copies = months.values().stream().anyMatch(month -> month.copies() > 0);
        if (nulledByRule && (copies || until != null)) {
            return false;
        }
        if (timeInKey || !keys.settle()) {
            return timeInKey;
        }
        if (previous == null) {
            return true;
        }
        return months.values().stream().noneMatch(month -> Arrays.stream(month.left()).anyMatch(keys::contains))
                && previous.partitions().stream()
                        .filter(partition -> !months.containsKey(partition.month()))
                        .noneMatch(partition -> Arrays.stream(
                                        keyHashes(store.read(previous, List.of(partition), source.key())))
                                .anyMatch(keys::contains));
    }

    /** Has the earliest open month stored, after waiting for those before it when too many are under way. */
    private void store(ExecutorService writers) throws InterruptedException, ExecutionException {
        Map.Entry<YearMonth, List<Frame>> month = open.pollFirstEntry();
        YearMonth name = month.getKey();
        List<Frame> parts = month.getValue();
        openRows -= parts.stream().mapToLong(Frame::rows).sum();
        List<Future<@Nullable Stored>> under =
                stored.values().stream().filter(each -> !each.isDone()).toList();
        if (under.size() >= MONTHS_AHEAD) {
            var unused = under.getFirst().get();
        }
        List<Frame> broken = Objects.requireNonNullElse(brokenRows.remove(name), List.of());
        stored.put(name, writers.submit(() -> write(name, parts, broken)));
    }

    /**
     * Stores a month without exact copies; null when two rows of one key differ, or a row comes too late.
     *
     * @param broken its rows that break a rule: another row of the same key is a contradiction, too
     */
    private @Nullable Stored write(YearMonth month, List<Frame> parts, List<Frame> broken) {
        int good = parts.stream().mapToInt(Frame::rows).sum();
        Frame rows = Frames.concat(Stream.concat(parts.stream(), broken.stream()).toList());
        RowOrder order = Frames.byKey(rows, source.key());
        int[] sorted = Frames.keyOrder(rows, source.key());
        boolean[] copy = new boolean[sorted.length];
        int copies = 0;
        for (int i = 1; i < sorted.length; i++) {
            if (order.compare(sorted[i - 1], sorted[i]) == 0) {
                if (sorted[i - 1] >= good && sorted[i] >= good) {
                    continue; // the reading of what was rejected tells what they are
                }
                boolean both = sorted[i - 1] < good && sorted[i] < good;
                if (!both || !RowDifference.columns(rows, sorted[i - 1], rows, sorted[i]).isEmpty()) {
                    return null;
                }
                copy[i] = true;
                copies++;
            }
        }
        int[] kept = copies == 0 && broken.isEmpty()
                ? sorted
                : IntStream.range(0, sorted.length)
                        .filter(i -> !copy[i] && sorted[i] < good)
                        .map(i -> sorted[i])
                        .toArray();
        Frame distinct = rows.take(kept);
        Partition before = before(month);
        if (before == null) {
            return add(month, distinct, copies);
        }
        if (before.digest().equals(PartitionRows.digestOf(distinct))) {
            return new Stored(
                    before,
                    new long[schema.columns().size()],
                    distinct.rows(),
                    copies,
                    0,
                    0,
                    Long.MIN_VALUE,
                    new long[0]);
        }
        return merge(month, before, distinct, copies);
    }

    private @Nullable Partition before(YearMonth month) {
        return previous == null
                ? null
                : previous.partitions().stream()
                        .filter(partition -> partition.month().equals(month))
                        .findFirst()
                        .orElse(null);
    }

    /** A month of which no row is there. */
    private @Nullable Stored add(YearMonth month, Frame rows, long copies) {
        long mark = Long.MIN_VALUE;
        long oldest = oldest();
        CellTimes times = new CellTimes(List.of(), source.zone());
        for (int row = 0; row < rows.rows(); row++) {
            long cursor = cursor(rows, row, times);
            if (cursor < oldest) {
                return null;
            }
            mark = Math.max(mark, cursor);
        }
        PartitionRows partition = PartitionRows.ofSorted(month, knownFrom(rows, 0));
        return new Stored(
                store.stage(source.name(), source.key(), partition),
                nulls(partition.rows()),
                rows.rows(),
                copies,
                rows.rows(),
                0,
                mark,
                new long[0]);
    }

    /** A month of which some rows are there, perhaps with another content. */
    private @Nullable Stored merge(YearMonth month, Partition before, Frame rows, long copies) {
        Frame old = store.read(Objects.requireNonNull(previous), List.of(before), schema.names());
        Frame both = knownFrom(Frames.concat(List.of(old, rows)), old.rows());
        RowOrder order = Frames.byKey(both, source.key());
        int[] sorted = Frames.keyOrder(both, source.key());
        for (int i = 1; i < sorted.length; i++) { // of two rows of one key the old one comes first
            if (sorted[i] < old.rows() && order.compare(sorted[i - 1], sorted[i]) == 0) {
                int newer = sorted[i - 1];
                sorted[i - 1] = sorted[i];
                sorted[i] = newer;
            }
        }
        int[] taken = new int[sorted.length];
        boolean[] left = new boolean[old.rows()];
        Arrays.fill(left, true);
        int count = 0;
        long loaded = 0;
        long updated = 0;
        long mark = Long.MIN_VALUE;
        long oldest = oldest();
        CellTimes times = new CellTimes(List.of(), source.zone());
        for (int row : sorted) {
            boolean known = count > 0 && order.compare(taken[count - 1], row) == 0;
            if (row < old.rows()) {
                taken[count++] = row;
                continue;
            }
            if (known && taken[count - 1] < left.length) {
                left[taken[count - 1]] = false;
            }
            if (known && RowDifference.columns(both, taken[count - 1], both, row).isEmpty()) {
                continue;
            }
            long cursor = cursor(both, row, times);
            if (cursor < oldest) {
                return null;
            }
            mark = Math.max(mark, cursor);
            updated += known ? 1 : 0;
            loaded += known ? 0 : 1;
            taken[known ? count - 1 : count++] = row;
        }
        long[] more = new long[schema.columns().size()];
        if (loaded + updated == 0) {
            return new Stored(before, more, rows.rows(), copies, 0, 0, mark, keysLeft(old, left));
        }
        PartitionRows partition = PartitionRows.ofSorted(month, both.take(Arrays.copyOf(taken, count)));
        long[] now = nulls(partition.rows());
        long[] then = nulls(old);
        Arrays.setAll(more, i -> now[i] - then[i]);
        return new Stored(
                store.stage(source.name(), source.key(), partition),
                more,
                rows.rows(),
                copies,
                loaded,
                updated,
                mark,
                keysLeft(old, left));
    }

    private long[] keysLeft(Frame rows, boolean[] left) {
        return timeInKey
                ? new long[0]
                : keyHashes(rows.take(IntStream.range(0, left.length)
                        .filter(row -> left[row])
                        .toArray()));
    }

    private static long[] nulls(Frame rows) {
        return IntStream.range(0, rows.schema().columns().size())
                .mapToLong(i -> Frames.nulls(rows.vector(i)))
                .toArray();
    }

    /** Rows whose cursor lies before it come too late. */
    private long oldest() {
        return previous == null
                ? Long.MIN_VALUE
                : Micros.of(previous.cursorMark()) - Micros.of(source.lateWindow());
    }

    private long cursor(Frame rows, int row, CellTimes times) {
        Vector.Longs cursor = rows.longs(SourceParser.cursorName(source));
        long value = cursor.values()[row];
        return cursor.type() == ColumnType.DATE ? times.startOfDay(value) : value;
    }

    /** The rows, those from a position on known when {@link DataLoad#knownFrom} says. */
    private Frame knownFrom(Frame rows, int from) {
        return previous == null || source.created() != null ? rows : DataLoad.knownFrom(rows, from, previous.watermark());
    }

    /**
     * What the parser that knows line and column says of the lines that are no good rows; null when it finds one of them
     * good.
     */
    private @Nullable List<QuarantinedRow> rejected(byte[] headerLine) {
        if (rejectedLines.isEmpty()) {
            return List.of();
        }
        StringBuilder text = new StringBuilder(new String(headerLine, StandardCharsets.UTF_8));
        NavigableMap<Integer, Integer> places = new TreeMap<>(); // how far a line of this text is from its own
        int at = 2;
        for (Map.Entry<Integer, String> record : rejectedLines.entrySet()) {
            places.put(at, record.getKey() - at);
            text.append(record.getValue()).append('\n');
            at = CsvRow.at(record.getValue(), 0, at).nextLine();
        }
        CsvText csv = CsvText.decode(source.file().text(), text.toString().getBytes(StandardCharsets.UTF_8));
        SourceRows rows = RowRules.enforce(new SourceParser(source, csv, previous).parse(""));
        rejectedCopies = rows.copiesBefore(until);
        long copies = rows.copiesBefore(null);
        boolean told = rows.quarantined().size() + copies == rejectedLines.size()
                && rows.quarantined().stream().noneMatch(row -> row.code() == ErrorCode.DUPLICATE_ROW)
                && !(nulledByRule && copies > 0);
        return !told
                ? null
                : rows.quarantinedBefore(until).stream()
                        .map(row -> new QuarantinedRow(
                                row.code(),
                                row.file(),
                                row.line() + places.floorEntry(row.line()).getValue(),
                                row.column(),
                                row.columnName(),
                                row.rawValue(),
                                row.reason(),
                                row.hint(),
                                row.rawLine()))
                        .toList();
    }

    private LoadReport finish(
            NavigableMap<YearMonth, Stored> months,
            List<QuarantinedRow> quarantined,
            String sha256,
            Instant now,
            Consumer<DataLoad.Blocked> blocked) {
        long read = 0;
        long copies = 0;
        long loaded = 0;
        long updated = 0;
        long mark = previous == null ? Long.MIN_VALUE : Micros.of(previous.cursorMark());
        Map<String, Long> nulls = new TreeMap<>(previous == null ? Map.of() : previous.nulls());
        NavigableMap<YearMonth, Partition> partitions = new TreeMap<>();
        if (previous != null) {
            previous.partitions().forEach(partition -> partitions.put(partition.month(), partition));
        }
        for (Map.Entry<YearMonth, Stored> each : months.entrySet()) {
            Stored month = each.getValue();
            partitions.put(each.getKey(), month.partition());
            read += month.read() + month.copies();
            copies += month.copies();
            loaded += month.loaded();
            updated += month.updated();
            mark = Math.max(mark, month.cursorMark());
            for (int i = 0; i < month.nulls().length; i++) {
                if (month.nulls()[i] != 0) {
                    nulls.merge(schema.names().get(i), month.nulls()[i], Long::sum);
                }
            }
        }
        read += rejectedCopies;
        copies += rejectedCopies;
        nulls.values().removeIf(count -> count == 0);
        long rows = partitions.values().stream().mapToLong(Partition::rows).sum();
        Instant latest = partitions.values().stream()
                .map(Partition::lastEvent)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        long readAll = read + quarantined.size();
        double share = (double) quarantined.size() / readAll;
        String quarantineId = quarantined.isEmpty() ? null : store.putQuarantine(source.name(), quarantined);
        List<CheckResult> checks;
        try {
            checks = checks(rows, nulls, quarantined.size(), share, Duration.between(latest, until == null ? now : until));
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.DATA_BLOCKED) {
                blocked.accept(new DataLoad.Blocked(
                        source.name(), readAll, quarantined.size(), quarantineId, previous));
            }
            throw e;
        }
        DatasetVersion version = previous;
        if (version == null || loaded + updated > 0) {
            version = store.put(new DatasetDraft(
                    source.name(),
                    schema,
                    source.key(),
                    List.copyOf(partitions.values()),
                    List.of(),
                    nulls,
                    Micros.toInstant(mark),
                    previous == null ? null : previous.id(),
                    now));
        }
        return new LoadReport(
                source.name(),
                readAll,
                loaded,
                updated,
                0,
                0,
                read - loaded - updated,
                copies,
                0,
                quarantined,
                quarantineId,
                nulled,
                sha256,
                checks,
                List.of(),
                null,
                version,
                previous,
                null);
    }

    private List<CheckResult> checks(
            long rows, Map<String, Long> nulls, int quarantined, double share, Duration age) {
        List<CheckResult> results = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (CheckDefinition check : source.checks()) {
            Condition condition = Condition.parse(check.condition());
            double observed =
                    switch (condition.name()) {
                        case "row_count" -> rows;
                        case "duplicate_keys" -> 0;
                        case "quarantined" -> share;
                        case "freshness" -> Math.max(0, age.toNanos() / 1e9);
                        default -> missing(check, condition.args().getFirst(), nulls, rows);
                    };
            CheckMeasure measure = CheckMeasure.of(condition.name()).orElseThrow();
            CheckResult result = new CheckResult(
                    check.severity(),
                    condition.text(),
                    observed,
                    condition.value(),
                    measure.unit(condition),
                    condition.test(observed),
                    measure == CheckMeasure.MISSING && observed > 0
                            ? SourceChecks.missingOf(observed * rows, (double) rows)
                            : null);
            results.add(result);
            if (!result.passed() && result.severity() == CheckDefinition.Severity.BLOCK) {
                problems.add(Problem.at(
                        ErrorCode.DATA_BLOCKED,
                        check.condition().location(),
                        "The load of the source (%s) is blocked: %s was expected, but %s."
                                .formatted(source.name(), result.condition(), result.failure()),
                        SourceChecks.notTheFileMeant(quarantined)));
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return results;
    }

    private double missing(CheckDefinition check, String column, Map<String, Long> nulls, long rows) {
        if (!schema.contains(column)) {
            throw new KeelsonException(Problem.at(
                    ErrorCode.MISSING_COLUMN,
                    check.condition().location(),
                    "The check (%s) names the column (%s), which the source does not have."
                            .formatted(check.condition(), column),
                    null));
        }
        return (double) nulls.getOrDefault(column, 0L) / rows;
    }
}
