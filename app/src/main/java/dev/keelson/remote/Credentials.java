package dev.keelson.remote;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a client says who it is. Immutable; the text of one never holds the secret. */
public final class Credentials {
    /** Nothing is said. */
    public static final Credentials NONE = new Credentials(null, "");

    private final @Nullable String header;
    private final String secret;

    private Credentials(@Nullable String header, String secret) {
        this.header = header;
        this.secret = secret;
    }

    /** A bearer token; {@link #NONE} when it is empty. */
    public static Credentials token(String token) {
        return token.isEmpty() ? NONE : new Credentials("Bearer " + token, token);
    }

    /** A name with its password. */
    public static Credentials basic(String user, String password) {
        String pair = user + ":" + password;
        return new Credentials(
                "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)), password);
    }

    /**
     * What the variables say that MLflow's own clients read: {@code MLFLOW_TRACKING_TOKEN}, else {@code
     * MLFLOW_TRACKING_USERNAME} with {@code MLFLOW_TRACKING_PASSWORD}.
     */
    public static Credentials of(Map<String, String> environment) {
        String token = environment.getOrDefault("MLFLOW_TRACKING_TOKEN", "");
        String user = environment.getOrDefault("MLFLOW_TRACKING_USERNAME", "");
        if (!token.isEmpty() || user.isEmpty()) {
            return token(token);
        }
        return basic(user, environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", ""));
    }

    /** The header {@code Authorization}, or null. */
    @Nullable
    String header() {
        return header;
    }

    /** A text without the secret, wherever a server has repeated it. */
    String masked(String text) {
        String masked = header == null ? text : text.replace(header.substring(header.indexOf(' ') + 1), "***");
        return secret.isEmpty() ? masked : masked.replace(secret, "***");
    }

    @Override
    public String toString() {
        return header == null ? "none" : header.substring(0, header.indexOf(' ')) + " ***";
    }
}
