package dev.keelson.remote;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.net.URI;

/**
 * Where a server is and how it is spoken to. Immutable.
 *
 * @param base without a slash at its end, a query or a password
 * @param credentials how a client says who it is
 */
public record RemoteAddress(URI base, Credentials credentials) {
    private static final String HINT = "Maybe write it as https://mlflow.example.org.";

    /**
     * The address of a text.
     *
     * @throws KeelsonException BAD_VALUE when it is none; the message does not repeat a password
     */
    public static RemoteAddress of(String text, Credentials credentials) {
        URI uri = null;
        try {
            uri = URI.create(text.strip().replaceAll("/+$", ""));
        } catch (IllegalArgumentException e) {
            uri = null; // said below
        }
        String scheme = uri == null || uri.getScheme() == null ? "" : uri.getScheme();
        if (uri != null && uri.getRawUserInfo() != null) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The address of the server at (%s) holds a name or a password; an address without them was expected."
                            .formatted(uri.getHost()),
                    "Maybe set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, instead.");
        }
        if (uri == null || uri.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    text.contains("@")
                            ? "The address of the server is none of http or https."
                            : "The address (%s) of the server is none of http or https.".formatted(text),
                    HINT);
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The address of the server at (%s) has a query or a fragment.".formatted(uri.getHost()),
                    HINT);
        }
        return new RemoteAddress(uri, credentials);
    }

    /** The address for people. */
    @Override
    public String toString() {
        return base.toString();
    }
}
