package dev.keelson.store.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.features.spi.PushLog;
import dev.keelson.features.spi.SharedOnlineStore;
import dev.keelson.frame.Micros;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol.Keyword;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.ZRangeParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * An online store in Redis, which several processes share. Its keys begin with {@code keelson:{PROJECT}:}.
 *
 * <p>A view is one hash: the field {@code #} holds its version, watermark, newest event and note, and a field {@code =}
 * with an entity key behind it the key's times and packed value. So a view is read in one command, its values always
 * belong to its version, and a server that evicts keys drops a view as a whole, never some of its entities unseen.
 *
 * <p>A batch is one transaction ({@code WATCH}, {@code MULTI}, {@code EXEC}). A reading is one pipeline. How much
 * outlives a crash of the server is up to its own settings ({@code appendonly}, {@code appendfsync}).
 *
 * <p>Connections come from a small pool; when one broke, all are given up, and the next call opens another. Safe for use
 * by several threads.
 */
public final class RedisOnlineStore implements SharedOnlineStore {
    private static final int DEFAULT_PORT = 6379;
    private static final int CONNECTIONS = 16;
    private static final int CONNECT_MILLIS = 3_000;
    private static final int ANSWER_MILLIS = 30_000;
    /** Fields of a command. */
    private static final int FIELDS_OF_A_COMMAND = 1_000;
    /** How often a batch without expectations begins anew because others write the same views. */
    private static final int ATTEMPTS = 100;

    private static final byte[] STATE = {'#'};
    private static final char KEY = '=';
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * The next number: the microseconds of the server's clock, or one more than the last. So none is given twice, not even by
     * a server that lost its last writes or all of them.
     */
    private static final String NEXT = """
            local time = redis.call('time')
            local last = tonumber(redis.call('get', KEYS[1]) or '0')
            local number = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
            redis.call('set', KEYS[1], number)
            """;
    private static final String APPEND = NEXT + """
            redis.call('hset', KEYS[2], number, ARGV[1])
            redis.call('zadd', KEYS[3], number, number)
            return number""";
    private static final String LOADED = """
            for _, number in ipairs(ARGV) do
              local push = redis.call('hget', KEYS[1], number)
              if push and string.sub(push, 1, 1) == '1' then
                redis.call('hset', KEYS[1], number, '10' .. string.sub(push, 3))
              elseif push then
                redis.call('hdel', KEYS[1], number)
                redis.call('zrem', KEYS[2], number)
              end
            end
            return 0""";
    private static final String DONE = """
            for _, number in ipairs(ARGV) do
              redis.call('hdel', KEYS[1], number)
              redis.call('zrem', KEYS[2], number)
            end
            return 0""";

    private final RedisClient redis;
    private final String shown;
    private final @Nullable String password;
    private final String prefix;
    private final PushLog pushes = new Pushes();
    private volatile boolean closed;

    /**
     * Opens the store of a project.
     *
     * @param address {@code redis://user:password@host:port/database}, {@code rediss:} with TLS
     * @throws KeelsonException BAD_VALUE when it is no such address; STORE_UNREACHABLE when the server does not answer or
     *     refuses the user
     */
    public RedisOnlineStore(Located address, String project) {
        URI uri = uri(address);
        String[] user = String.valueOf(uri.getRawUserInfo()).split(":", 2);
        boolean known = uri.getRawUserInfo() != null;
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        int database = database(uri, address);
        this.password = known && user.length == 2 ? decoded(user[1]) : null;
        this.shown = uri.getHost() + ":" + port + "/" + database;
        this.prefix = "keelson:{" + project + "}:";
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(CONNECT_MILLIS)
                .socketTimeoutMillis(ANSWER_MILLIS)
                .clientName("keelson")
                .database(database);
        if ("rediss".equals(uri.getScheme())) {
            config.sslOptions(SslOptions.defaults());
        }
        if (known && !user[0].isEmpty()) {
            config.user(decoded(user[0]));
        }
        if (password != null) {
            config.password(password);
        }
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(CONNECTIONS);
        pool.setMaxIdle(CONNECTIONS);
        pool.setMaxWait(Duration.ofMillis(CONNECT_MILLIS));
        pool.setJmxEnabled(false);
        this.redis = RedisClient.builder()
                .hostAndPort(uri.getHost(), port)
                .clientConfig(config.build())
                .poolConfig(pool)
                .build();
        try {
            with("opened", redis::ping);
        } catch (KeelsonException e) {
            redis.close();
            throw e;
        }
    }

    private static URI uri(Located address) {
        try {
            URI uri = new URI(address.text().strip());
            if (("redis".equals(uri.getScheme()) || "rediss".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // its text quotes the address: said below without it
        }
        throw notAnAddress(address);
    }

    private static int database(URI uri, Located address) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        if (path.isEmpty() || path.equals("/")) {
            return 0;
        }
        try {
            return Integer.parseUnsignedInt(path.substring(1));
        } catch (NumberFormatException e) {
            throw notAnAddress(address); // without the cause: it quotes a piece of the address
        }
    }

    private static KeelsonException notAnAddress(Located address) {
        return new KeelsonException(Problem.at(
                ErrorCode.BAD_VALUE,
                address.location(),
                "The address of Redis is not of the form redis://user:password@host:port/number.",
                "Maybe a variable in it is not set as meant, or a special character of the password is not written as"
                        + " %XX."));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    // ---- reading

    @Override
    public Reading read(Map<String, ? extends Collection<String>> keys) {
        return reading(() -> {
            Map<String, List<String>> wanted = new LinkedHashMap<>();
            Map<String, Response<List<byte[]>>> answers = new HashMap<>();
            Response<byte[]> pushed;
            try (AbstractPipeline pipeline = redis.pipelined()) {
                pushed = pipeline.get(key("pushed"));
                keys.forEach((view, ofView) -> {
                    List<String> list = List.copyOf(ofView);
                    byte[][] fields = new byte[list.size() + 1][];
                    fields[0] = STATE;
                    for (int i = 0; i < list.size(); i++) {
                        fields[i + 1] = field(list.get(i));
                    }
                    wanted.put(view, list);
                    answers.put(view, pipeline.hmget(hash(view), fields));
                });
                pipeline.sync();
            }
            Map<String, ViewState> views = new HashMap<>();
            Map<String, Map<String, Entry>> values = new HashMap<>();
            wanted.forEach((view, list) -> {
                Response<List<byte[]>> answer = answers.get(view);
                List<? extends byte @Nullable []> found = answer == null ? List.of() : answer.get();
                byte[] state = found.isEmpty() ? null : found.getFirst();
                if (state == null) {
                    return;
                }
                views.put(view, state(state));
                Map<String, Entry> ofView = new HashMap<>();
                for (int i = 0; i < list.size(); i++) {
                    byte[] packed = found.get(i + 1);
                    if (packed != null) {
                        ofView.put(list.get(i), unpacked(packed));
                    }
                }
                values.put(view, ofView);
            });
            return new Reading(number(pushed.get()), views, values);
        });
    }

    private static long number(byte @Nullable [] text) {
        return text == null ? 0 : Long.parseLong(new String(text, StandardCharsets.US_ASCII));
    }

    private static byte[] packed(Entry entry) {
        return ByteBuffer.allocate(2 * Long.BYTES + entry.bytes().length)
                .putLong(Micros.of(entry.knownAt()))
                .putLong(Micros.of(entry.eventTime()))
                .put(entry.bytes())
                .array();
    }

    private static Entry unpacked(byte[] packed) {
        ByteBuffer buffer = ByteBuffer.wrap(packed);
        long knownAt = buffer.getLong();
        long eventTime = buffer.getLong();
        return new Entry(
                Arrays.copyOfRange(packed, 2 * Long.BYTES, packed.length),
                Micros.toInstant(knownAt),
                Micros.toInstant(eventTime));
    }

    /** Version, watermark, newest event and note, with bars between them; a dash where there is none. */
    private static byte[] state(ViewState state) {
        String note = state.note();
        return utf8(String.join(
                "|",
                Long.toString(state.version()),
                micros(state.watermark()),
                micros(state.newestEvent()),
                note == null ? "-" : "=" + note));
    }

    private static String micros(@Nullable Instant instant) {
        return instant == null ? "-" : Long.toString(Micros.of(instant));
    }

    private static ViewState state(byte[] text) {
        String[] parts = new String(text, StandardCharsets.UTF_8).split("\\|", 4);
        return new ViewState(
                Long.parseLong(parts[0]),
                instant(parts[1]),
                instant(parts[2]),
                parts[3].startsWith("=") ? parts[3].substring(1) : null);
    }

    private static @Nullable Instant instant(String micros) {
        return micros.equals("-") ? null : Micros.toInstant(Long.parseLong(micros));
    }

    @Override
    public List<String> keys(String view) {
        return reading(() -> redis.hkeys(hash(view)).stream()
                .filter(field -> field[0] == KEY)
                .map(field -> new String(field, 1, field.length - 1, StandardCharsets.UTF_8))
                .sorted()
                .toList());
    }

    @Override
    public Size size(String view) {
        return reading(() -> {
            long bytes = 0;
            Set<ByteBuffer> seen = new HashSet<>(); // a field may come twice while the server's table grows
            byte[] cursor = ScanParams.SCAN_POINTER_START_BINARY;
            ScanParams some = new ScanParams().count(FIELDS_OF_A_COMMAND);
            do {
                ScanResult<Map.Entry<byte[], byte[]>> page = redis.hscan(hash(view), cursor, some);
                for (Map.Entry<byte[], byte[]> field : page.getResult()) {
                    if (field.getKey()[0] == KEY && seen.add(ByteBuffer.wrap(field.getKey()))) {
                        bytes += field.getValue().length - 2L * Long.BYTES;
                    }
                }
                cursor = page.getCursorAsBytes();
            } while (!Arrays.equals(cursor, ScanParams.SCAN_POINTER_START_BINARY));
            return new Size(seen.size(), bytes);
        });
    }

    @Override
    public List<String> views() {
        List<String> names = reading(() -> redis.smembers(key("views"))).stream()
                .map(name -> new String(name, StandardCharsets.UTF_8))
                .sorted()
                .toList();
        Map<String, List<String>> alone = new LinkedHashMap<>();
        names.forEach(name -> alone.put(name, List.of()));
        Reading reading = read(alone);
        return names.stream()
                .filter(name -> reading.view(name).watermark() != null)
                .toList();
    }

    // ---- writing

    @Override
    public OptionalLong putAll(
            List<Put> puts, Map<String, Instant> watermarks, Map<String, String> notes, Map<String, Long> expected) {
        Map<String, Map<String, Entry>> values = new TreeMap<>();
        Map<String, Instant> newest = new HashMap<>();
        watermarks.keySet().forEach(view -> values.put(view, new LinkedHashMap<>()));
        notes.keySet().forEach(view -> values.put(view, new LinkedHashMap<>()));
        for (Put put : puts) {
            values.computeIfAbsent(put.view(), view -> new LinkedHashMap<>()).put(put.key(), put.entry());
            newest.merge(put.view(), put.entry().eventTime(), (a, b) -> a.isAfter(b) ? a : b);
        }
        Set<String> touched = new HashSet<>(values.keySet());
        touched.addAll(expected.keySet());
        return with("written", () -> change(touched, expected, (transaction, version, before) -> values.forEach((view, entries) -> {
            ViewState old = before.view(view);
            Instant event = newest.get(view);
            ViewState state = new ViewState(
                    version,
                    watermarks.getOrDefault(view, old.watermark()),
                    old.newestEvent() == null || (event != null && event.isAfter(old.newestEvent()))
                            ? event
                            : old.newestEvent(),
                    notes.getOrDefault(view, old.note()));
            transaction.sadd(key("views"), utf8(view));
            IdentityHashMap<byte[], byte[]> some = new IdentityHashMap<>();
            some.put(STATE, state(state));
            entries.forEach((key, entry) -> {
                some.put(field(key), packed(entry));
                if (some.size() == FIELDS_OF_A_COMMAND) {
                    transaction.hset(hash(view), some);
                    some.clear();
                }
            });
            if (!some.isEmpty()) {
                transaction.hset(hash(view), some);
            }
        })));
    }

    @Override
    public void rename(String view, String newName) {
        if (view.equals(newName)) {
            return;
        }
        with("written", () -> change(Set.of(view, newName), Map.of(), (transaction, version, before) -> {
            ViewState old = before.view(view);
            if (old.version() != NO_VERSION) {
                transaction.rename(hash(view), hash(newName));
                transaction.hset(
                        hash(newName),
                        Map.of(STATE, state(new ViewState(version, old.watermark(), old.newestEvent(), old.note()))));
                transaction.srem(key("views"), utf8(view));
                transaction.sadd(key("views"), utf8(newName));
            }
        }));
    }

    @Override
    public void remove(String view) {
        with("written", () -> change(Set.of(view), Map.of(), (transaction, version, before) -> {
            transaction.unlink(hash(view));
            transaction.srem(key("views"), utf8(view));
        }));
    }

    /**
     * Changes views as one unit.
     *
     * @return the version that it gave; empty when a view had another one than expected
     */
    private OptionalLong change(Set<String> views, Map<String, Long> expected, Change change) {
        Map<String, List<String>> alone = new HashMap<>();
        views.forEach(view -> alone.put(view, List.of()));
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long version = number(
                    (byte[]) redis.eval(utf8(NEXT + "return number"), List.of(key("changes")), List.of()));
            try (AbstractTransaction transaction = redis.transaction(false)) {
                if (!views.isEmpty()) {
                    transaction.watch(views.stream().map(this::hash).toArray(byte[][]::new));
                }
                Reading before = read(alone);
                for (Map.Entry<String, Long> view : expected.entrySet()) {
                    if (before.view(view.getKey()).version() != view.getValue()) {
                        transaction.unwatch();
                        return OptionalLong.empty();
                    }
                }
                transaction.multi();
                change.queue(transaction, version, before);
                if (transaction.exec() != null) {
                    return OptionalLong.of(version);
                }
            }
        }
        throw new KeelsonException(
                ErrorCode.STORE_CHANGED,
                "Others changed the online store (%s) %d times while it was about to be written."
                        .formatted(address(), ATTEMPTS),
                "Maybe several processes materialise the same views at once: let one of them do it.");
    }

    /** Commands of one transaction. */
    @FunctionalInterface
    private interface Change {
        void queue(AbstractTransaction transaction, long version, Reading before);
    }

    // ---- pushed rows

    @Override
    public PushLog pushes() {
        return pushes;
    }

    /** The pushed rows: a hash of number to two flags, for online and offline, and the rest as JSON; and their order. */
    private final class Pushes implements PushLog {

        @Override
        public Push append(
                String source, boolean online, boolean offline, Instant at, long knownFrom, String rows) {
            String json = MAPPER.createObjectNode()
                    .put("source", source)
                    .put("at", at.toString())
                    .put("known_from", knownFrom)
                    .put("rows", rows)
                    .toString();
            String push = (online ? "1" : "0") + (offline ? "1" : "0") + json;
            Object number = with("written", () -> redis.eval(
                    utf8(APPEND), List.of(key("pushed"), key("pushes"), key("order")), List.of(utf8(push))));
            return new Push(number((byte[]) number), source, online, offline, at, knownFrom, rows);
        }

        @Override
        public List<Push> entries(long after) {
            return reading(() -> {
                List<byte[]> numbers = redis.zrange(
                        key("order"), new ZRangeParams(Keyword.BYSCORE, utf8("(" + after), utf8("+inf")));
                List<Push> entries = new ArrayList<>();
                for (int start = 0; start < numbers.size(); start += FIELDS_OF_A_COMMAND) {
                    List<byte[]> some =
                            numbers.subList(start, Math.min(numbers.size(), start + FIELDS_OF_A_COMMAND));
                    List<? extends byte @Nullable []> found = redis.hmget(key("pushes"), some.toArray(byte[][]::new));
                    for (int i = 0; i < some.size(); i++) {
                        byte[] push = found.get(i);
                        if (push != null) {
                            entries.add(entry(number(some.get(i)), push));
                        }
                    }
                }
                return entries;
            });
        }

        private Push entry(long number, byte[] push) {
            String text = new String(push, StandardCharsets.UTF_8);
            try {
                JsonNode json = MAPPER.readTree(text.substring(2));
                return new Push(
                        number,
                        json.get("source").asText(),
                        text.charAt(0) == '1',
                        text.charAt(1) == '1',
                        Instant.parse(json.get("at").asText()),
                        json.get("known_from").asLong(),
                        json.get("rows").asText());
            } catch (JsonProcessingException e) {
                throw new KeelsonException(
                        ErrorCode.STORE_DAMAGED,
                        "The push %d in the online store (%s) cannot be read.".formatted(number, address()),
                        "Maybe something else wrote to that key; the rows in it are lost when it is deleted.",
                        e);
            }
        }

        @Override
        public void loaded(Collection<Long> numbers) {
            change(LOADED, numbers);
        }

        @Override
        public void done(Collection<Long> numbers) {
            change(DONE, numbers);
        }

        private void change(String script, Collection<Long> numbers) {
            if (!numbers.isEmpty()) {
                with("written", () -> redis.eval(
                        utf8(script),
                        List.of(key("pushes"), key("order")),
                        numbers.stream().map(number -> utf8(number.toString())).toList()));
            }
        }

        @Override
        public void close() {
            // with the store
        }
    }

    // ---- connections

    @Override
    public String address() {
        return "Redis at " + shown;
    }

    @Override
    public void close() {
        closed = true;
        redis.close();
    }

    /** A connection that the server closed long ago shows when it is used: reading is then tried with another. */
    private <T> T reading(Supplier<T> work) {
        return with("read", () -> {
            try {
                return work.get();
            } catch (JedisConnectionException e) {
                if (e.getCause() instanceof SocketTimeoutException) {
                    throw e;
                }
                redis.getPool().clear();
                return work.get();
            }
        });
    }

    private <T> T with(String verb, Supplier<T> work) {
        if (closed) {
            throw new IllegalStateException("The online store (%s) is closed.".formatted(address()));
        }
        try {
            return work.get();
        } catch (JedisException e) {
            redis.getPool().clear(); // the others are of the same server: the next call opens another
            String says = String.valueOf(e.getMessage()).lines().findFirst().orElse("").replaceAll("\\.$", "");
            if (password != null && !password.isEmpty()) {
                says = says.replace(password, "***");
            }
            throw new KeelsonException(
                    ErrorCode.STORE_UNREACHABLE,
                    "The online store (%s) cannot be %s: %s.".formatted(address(), verb, says),
                    "Maybe the server does not run, is out of memory or refuses the user; the next request tries"
                            + " again.",
                    e);
        }
    }

    private byte[] hash(String view) {
        return key("view:" + view);
    }

    private byte[] key(String name) {
        return utf8(prefix + name);
    }

    private static byte[] field(String key) {
        return utf8(KEY + key);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
