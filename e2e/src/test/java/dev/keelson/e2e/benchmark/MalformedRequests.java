package dev.keelson.e2e.benchmark;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Requests that no honest client sends, made from a good one. The same seed gives the same requests. */
final class MalformedRequests {
    private static final List<String> VALUES = List.of(
            "NaN",
            "Infinity",
            "-Infinity",
            "1e999",
            "-1e-999",
            "99999999999999999999999999999999999999999",
            "0x10",
            "01",
            "'single'",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "{}",
            "[]",
            "[[[[]]]]",
            "{\"$ne\":1}",
            "\"' or 1=1 --\"",
            "\"../../etc/passwd\"",
            "null",
            "true",
            "\"\"",
            "-0.0",
            "1e-400",
            "\"1970-13-45\"");
    private static final List<String> PATHS = List.of(
            "/api/v1/models/%s/predict?as_of=yesterday",
            "/api/v1/models/%s/predict?version=../1",
            "/api/v1/models/%%ff/predict",
            "/api/v1/models/%s/predict/..",
            "/api/v1/models/%s/promote",
            "/api/v1/outcomes",
            "/api/v1/predictions?limit=99999999999999999999",
            "/api/v1/predictions/%s",
            "/api/v1/features/get",
            "/get-online-features",
            "/invocations",
            "/v2/models/%s/infer",
            "/api/2.0/mlflow/runs/search",
            "/api/2.0/mlflow/runs/log-batch",
            "/runs?page=-1",
            "/runs/%s",
            "/static/../../keelson.yaml",
            "//evil.example/",
            "/%%00",
            "/%%zz");

    /** What is wrong with a request. */
    enum Kind {
        /** Bytes of the body changed, left out or doubled. */
        MUTATED,
        /** A value of another type, or no value at all. */
        VALUE,
        /** Far too deep. */
        NESTED,
        /** Another address. */
        ADDRESS,
        /** Two lengths, a length and chunks, bad chunks, odd headers: what servers and proxies read differently. */
        SMUGGLED,
        /** A length of which nothing or too much comes. */
        OVERSIZE,
        /** Part of a request and then nothing. */
        HALF
    }

    /**
     * A request.
     *
     * @param kind what is wrong with it
     * @param bytes all of it
     * @param whole whether it is one whole request by its head, so that one answer comes and the connection can go on
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over
    record Request(Kind kind, byte[] bytes, boolean whole) {}

    private final SplittableRandom random;
    private final String model;
    private final List<byte[]> bodies;

    MalformedRequests(String model, List<byte[]> bodies, long seed) {
        this.model = model;
        this.bodies = List.copyOf(bodies);
        this.random = new SplittableRandom(seed);
    }

    Request next() {
        int dice = random.nextInt(100);
        if (dice < 35) {
            return whole(Kind.MUTATED, path(), mutated());
        }
        if (dice < 65) {
            return whole(Kind.VALUE, path(), otherValue());
        }
        if (dice < 70) {
            return whole(Kind.NESTED, path(), nested());
        }
        if (dice < 82) {
            return whole(Kind.ADDRESS, PATHS.get(random.nextInt(PATHS.size())).formatted(model), body());
        }
        if (dice < 92) {
            return smuggled();
        }
        return dice < 95 ? oversize() : half();
    }

    private String path() {
        return "/api/v1/models/" + model + "/predict";
    }

    private byte[] body() {
        return bodies.get(random.nextInt(bodies.size()));
    }

    private byte[] mutated() {
        byte[] body = body().clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(3)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body = joined(body, 0, at, body, Math.min(body.length, at + 1 + random.nextInt(8)), body.length);
                default -> body = joined(body, 0, at, body, Math.max(0, at - random.nextInt(16)), body.length);
            }
            if (body.length == 0) {
                return new byte[] {'{'};
            }
        }
        return body;
    }

    private static byte[] joined(byte[] a, int from, int to, byte[] b, int start, int end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(a, from, to - from);
        out.write(b, start, end - start);
        return out.toByteArray();
    }

    /** One value of the row replaced. */
    private byte[] otherValue() {
        String body = new String(body(), StandardCharsets.UTF_8);
        String value = VALUES.get(random.nextInt(VALUES.size()));
        String[] parts = body.split(",");
        int at = random.nextInt(parts.length);
        int colon = parts[at].indexOf(':');
        boolean last = parts[at].endsWith("}");
        parts[at] = (colon < 0 ? parts[at] : parts[at].substring(0, colon + 1)) + value + (last ? "}" : "");
        return String.join(",", parts).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] nested() {
        int depth = 100 + random.nextInt(5_000);
        String opened = random.nextBoolean() ? "[" : "{\"a\":";
        return (random.nextBoolean() ? "{\"rows\":" : "").concat(opened.repeat(depth)).getBytes(StandardCharsets.US_ASCII);
    }

    private Request whole(Kind kind, String path, byte[] body) {
        return new Request(kind, request("POST", path, "Content-Length: " + body.length, body), true);
    }

    private Request smuggled() {
        byte[] good = body();
        String hidden = "GET /api/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        byte[] chunks = ("0\r\n\r\n" + hidden).getBytes(StandardCharsets.US_ASCII);
        String head =
                switch (random.nextInt(10)) {
                    case 0 -> "Content-Length: %d\r\nTransfer-Encoding: chunked".formatted(chunks.length);
                    case 1 -> "Content-Length: 5\r\nContent-Length: %d".formatted(good.length);
                    case 2 -> "Transfer-Encoding: chunked, identity";
                    case 3 -> "Transfer-Encoding : chunked";
                    case 4 -> "Content-Length: +%d".formatted(good.length);
                    case 5 -> "Content-Length: -1";
                    case 6 -> "X-Odd: a\r\n b\r\nContent-Length: %d".formatted(good.length);
                    case 7 -> "X-Odd: a\u0000b\r\nContent-Length: %d".formatted(good.length);
                    case 8 -> "X-Long: %s\r\nContent-Length: %d".formatted("a".repeat(100_000), good.length);
                    default -> "Transfer-Encoding: chunked";
                };
        byte[] body = head.startsWith("Transfer") ? "ZZ\r\nnothing\r\n".getBytes(StandardCharsets.US_ASCII) : chunks;
        return new Request(Kind.SMUGGLED, request("POST", path(), head, body), false);
    }

    private Request oversize() {
        String length = Long.toString(9_000_000L << random.nextInt(30));
        return new Request(Kind.OVERSIZE, request("POST", path(), "Content-Length: " + length, body()), false);
    }

    private Request half() {
        byte[] all = whole(Kind.HALF, path(), body()).bytes();
        int kept = 1 + random.nextInt(all.length - 1);
        return new Request(Kind.HALF, java.util.Arrays.copyOf(all, kept), false);
    }

    private static byte[] request(String method, String path, String head, byte[] body) {
        byte[] start = String.format(
                        Locale.ROOT,
                        "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n%s\r\n\r\n",
                        method,
                        path,
                        head)
                .getBytes(StandardCharsets.ISO_8859_1);
        return joined(start, 0, start.length, body, 0, body.length);
    }
}
