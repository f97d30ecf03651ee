package dev.keelson.console;

import dev.keelson.id.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The static files of the console, held in memory under the names by which pages ask for them. */
public final class Assets {
    private static final Map<String, String> TYPES = types();
    private static final Map<String, Asset> FILES = read();

    /** Changes when any file changes; part of the files' addresses, so that they can be cached for ever. */
    public static final String VERSION = version();

    private Assets() {}

    /**
     * A file. The array is not copied and must not change.
     *
     * @param bytes its content
     * @param mediaType what it is
     */
    @SuppressWarnings("ArrayRecordComponent") // sent as it is
    public record Asset(byte[] bytes, String mediaType) {}

    /** The file of that name, such as {@code app.css} or {@code vendor/htmx-4.0.1.min.js}. */
    public static Optional<Asset> file(String name) {
        return Optional.ofNullable(FILES.get(name));
    }

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private static Map<String, String> types() {
        Map<String, String> types = new LinkedHashMap<>();
        types.put("base.css", "text/css; charset=utf-8");
        types.put("app.css", "text/css; charset=utf-8");
        types.put("app.js", "text/javascript; charset=utf-8");
        types.put("icon.svg", "image/svg+xml");
        types.put("vendor/htmx-4.0.1.min.js", "text/javascript; charset=utf-8");
        types.put("vendor/inter-latin-wght-normal.woff2", "font/woff2");
        return types;
    }

    private static Map<String, Asset> read() {
        Map<String, Asset> files = new LinkedHashMap<>();
        TYPES.forEach((name, type) -> files.put(name, new Asset(bytes(name), type)));
        return files;
    }

    private static byte[] bytes(String name) {
        try (InputStream in = Assets.class.getResourceAsStream("static/" + name)) {
            if (in == null) {
                throw new IllegalStateException("The static file (%s) is not on the class path.".formatted(name));
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("The static file (%s) cannot be read.".formatted(name), e);
        }
    }

    private static String version() {
        StringBuilder all = new StringBuilder();
        FILES.forEach((name, file) -> all.append(name).append(Sha256.ofBytes(file.bytes())));
        return Sha256.ofBytes(all.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 12);
    }
}
