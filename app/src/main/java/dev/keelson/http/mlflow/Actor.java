package dev.keelson.http.mlflow;

import dev.keelson.http.KnownCaller;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Who calls, as the audit trail tells it. Where the server asks for tokens it is the name of the one that was shown; else nobody has
 * checked it, as the server listens on its own machine only. */
final class Actor {
    /** Who it is when a client does not say. */
    static final String CLIENT = "mlflow client";

    private static final int LONGEST = 100;

    private Actor() {}

    /** The user that a client was told by {@code MLFLOW_TRACKING_USERNAME}. */
    static String of(Call call) {
        String caller = KnownCaller.of(call.request());
        return caller != null ? caller : of(call.request().headers().value(HeaderNames.AUTHORIZATION).orElse(""));
    }

    /** The user of an Authorization header. */
    static String of(String authorization) {
        if (!authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return CLIENT;
        }
        try {
            String pair = new String(
                    Base64.getDecoder().decode(authorization.substring(6).strip()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            String user = shown(colon < 0 ? pair : pair.substring(0, colon));
            return user.isEmpty() ? CLIENT : user;
        } catch (IllegalArgumentException e) { // no Base64: as if nothing had been said
            return CLIENT;
        }
    }

    /** Why a change is made, as far as a client tells: by which program it came. */
    static String reason(Call call) {
        String agent = shown(call.userAgent());
        return agent.isEmpty() ? "A client asked for it." : "Asked for by %s.".formatted(agent);
    }

    private static String shown(String text) {
        String plain = text.replaceAll("[\\p{C}\\uFFFD]", "").strip();
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST);
    }
}
