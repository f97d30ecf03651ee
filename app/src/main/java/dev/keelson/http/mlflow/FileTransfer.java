package dev.keelson.http.mlflow;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.FileTree;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files over HTTP, in bounded memory. A file goes out as bytes to be saved, never as something a browser shows: its type is
 * {@code application/octet-stream} whatever its name, as an attachment, in a sandbox. Its tag is its hash, so that a download
 * that was cut goes on where it ended ({@code Range}, {@code If-Range}).
 */
public final class FileTransfer {
    /** Largest file that is taken when nothing else is said: 64 GiB. */
    public static final long MOST = 64L << 30;

    private static final Logger LOG = System.getLogger(FileTransfer.class.getName());
    /** So long the rest of a refused body is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int BUFFER = 1 << 17;
    /** So much of a refused file is still read, so that its client reads the refusal. */
    private static final long DRAINED = 16L << 20;

    private static final HeaderName CONTENT_SHA256 = HeaderNames.create("X-Content-SHA256");
    private static final HeaderName DIGEST = HeaderNames.create("Digest");
    private static final HeaderName CONTENT_DIGEST = HeaderNames.create("Content-Digest");
    private static final HeaderName REPR_DIGEST = HeaderNames.create("Repr-Digest");
    private static final Header BYTES = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/octet-stream");
    private static final Header RANGES = HeaderValues.createCached(HeaderNames.ACCEPT_RANGES, "bytes");
    private static final Header NO_SNIFF = HeaderValues.createCached("X-Content-Type-Options", "nosniff");
    private static final Header SANDBOX =
            HeaderValues.createCached("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'");
    private static final Header SAME_ORIGIN = HeaderValues.createCached("Cross-Origin-Resource-Policy", "same-origin");
    private static final Header REVALIDATED = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "private, no-cache");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern IN_BASE64 =
            Pattern.compile("(?:^|,)\\s*sha-256=:?([A-Za-z0-9+/]{43}=):?\\s*(?:,|$)", Pattern.CASE_INSENSITIVE);

    private FileTransfer() {}

    /** What a request brings, with what it says of it. */
    public static FileTree.Incoming incoming(ServerRequest request, long most) {
        ServerRequestHeaders headers = request.headers();
        Long announced = headers.contentLength().isPresent() ? headers.contentLength().getAsLong() : null;
        boolean entity = request.content().hasEntity();
        return new FileTree.Incoming(
                entity ? request.content().inputStream() : InputStream.nullInputStream(), most, announced, hash(headers));
    }

    /** The SHA-256 that a request announces, in lower-case hexadecimal digits; null when it announces none. */
    private static @Nullable String hash(ServerRequestHeaders headers) {
        String hex = headers.value(CONTENT_SHA256).orElse(null);
        if (hex != null) {
            if (!HEX.matcher(hex.strip()).matches()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The header X-Content-SHA256 (%s) is no SHA-256 in 64 hexadecimal digits.".formatted(Texts.shown(hex)),
                        null);
            }
            return hex.strip().toLowerCase(Locale.ROOT);
        }
        for (HeaderName name : new HeaderName[] {CONTENT_DIGEST, REPR_DIGEST, DIGEST}) {
            Matcher digest = IN_BASE64.matcher(headers.value(name).orElse(""));
            if (digest.find()) {
                return HexFormat.of().formatHex(Base64.getDecoder().decode(digest.group(1)));
            }
        }
        return null; // none, or of a kind that is not known
    }

    /**
     * Before a file is refused: reads on a little when that is likely to reach its end, so that the client hears why, and lets
     * the connection end.
     */
    public static void refused(ServerRequest request, ServerResponse response) {
        response.header(HeaderValues.CONNECTION_CLOSE);
        if (!request.content().hasEntity() || request.headers().containsToken(HeaderValues.EXPECT_100)) {
            return;
        }
        long announced = request.headers().contentLength().orElse(0);
        if (announced > DRAINED) {
            return;
        }
        Thread draining = Thread.startVirtualThread(() -> drain(request));
        try {
            draining.join(PATIENCE); // one that only announces a body, and waits, is answered too
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void drain(ServerRequest request) {
        try {
            InputStream rest = request.content().inputStream(); // refused where it was asked for before
            byte[] buffer = new byte[BUFFER];
            long read = 0;
            for (int count = rest.read(buffer); count >= 0 && read < DRAINED; count = rest.read(buffer)) {
                read += count;
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "The rest of a refused file could not be read.", e);
        }
    }

    /** Sends a file, or the range of it that is asked for; to HEAD, what would be told of it and no bytes. */
    public static void send(ServerRequest request, ServerResponse response, FileTree tree, FileTree.File file)
            throws IOException {
        ServerRequestHeaders headers = request.headers();
        String tag = tag(file.sha256());
        if (matches(headers.value(HeaderNames.IF_NONE_MATCH).orElse(""), tag)) {
            response.header(HeaderNames.ETAG, tag);
            response.header(REVALIDATED);
            response.status(Status.NOT_MODIFIED_304);
            response.send();
            return;
        }
        long from = 0;
        long to = file.bytes(); // not included
        String ifRange = headers.value(HeaderNames.IF_RANGE).orElse(null);
        Matcher range = RANGE.matcher(headers.value(HeaderNames.RANGE).orElse("").strip());
        boolean part = range.matches()
                && !(range.group(1).isEmpty() && range.group(2).isEmpty())
                && (ifRange == null || ifRange.strip().equals(tag));
        if (part) {
            if (range.group(1).isEmpty()) {
                from = Math.max(0, file.bytes() - Long.parseLong(range.group(2)));
            } else {
                from = Long.parseLong(range.group(1));
                to = range.group(2).isEmpty() ? to : Math.min(to, Long.parseLong(range.group(2)) + 1);
            }
            if (from >= to) {
                response.header(HeaderNames.CONTENT_RANGE, "bytes */" + file.bytes());
                response.status(Status.REQUESTED_RANGE_NOT_SATISFIABLE_416);
                response.send();
                return;
            }
        }
        boolean head = request.prologue().method().equals(Method.HEAD);
        try (InputStream bytes = head ? InputStream.nullInputStream() : tree.read(file, from)) {
            response.header(BYTES);
            response.header(NO_SNIFF);
            response.header(SANDBOX);
            response.header(SAME_ORIGIN);
            response.header(REVALIDATED);
            response.header(RANGES);
            response.header(HeaderNames.ETAG, tag);
            response.header(HeaderNames.CONTENT_DISPOSITION, attachment(file.path().name()));
            response.header(HeaderNames.CONTENT_LENGTH, Long.toString(to - from));
            if (part) {
                response.status(Status.PARTIAL_CONTENT_206);
                response.header(HeaderNames.CONTENT_RANGE, "bytes %d-%d/%d".formatted(from, to - 1, file.bytes()));
            }
            if (from == to || head) {
                response.send();
                return;
            }
            copy(bytes, response, to - from, file);
        }
    }

    private static void copy(InputStream bytes, ServerResponse response, long length, FileTree.File file) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long left = length;
        int count = next(bytes, buffer, left); // what is wrong at once is told as an error
        if (count < 0) {
            throw new KeelsonException(
                    ErrorCode.STORE_DAMAGED, "The file (%s) is shorter than it was.".formatted(file.path()), null);
        }
        OutputStream out = response.outputStream();
        try {
            while (count >= 0) {
                out.write(buffer, 0, count);
                left -= count;
                if (left == 0) {
                    out.close();
                    return;
                }
                count = next(bytes, buffer, left);
            }
        } catch (KeelsonException e) {
            LOG.log(Level.ERROR, "Sending the file (%s) was broken off.".formatted(file.path()), e);
        }
        // its status is sent already: a connection that ends before its length is how the client learns of it
        throw new CloseConnectionException("The file (%s) could not be sent to its end.".formatted(file.path()));
    }

    private static int next(InputStream bytes, byte[] buffer, long left) throws IOException {
        return bytes.read(buffer, 0, (int) Math.min(buffer.length, left));
    }

    /** A hash as a tag of HTTP. */
    public static String tag(String sha256) {
        return "\"" + sha256 + "\"";
    }

    private static boolean matches(String tags, String tag) {
        for (String each : tags.split(",", -1)) {
            String one = each.strip();
            if (one.equals("*") || one.equals(tag) || one.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }

    /** How a browser is told to save it, under its name in every script. */
    private static String attachment(String name) {
        StringBuilder plain = new StringBuilder();
        name.codePoints()
                .forEach(c -> plain.append(c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '%' ? '_' : (char) c));
        return "attachment; filename=\"%s\"; filename*=UTF-8''%s"
                .formatted(plain, URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A"));
    }
}
