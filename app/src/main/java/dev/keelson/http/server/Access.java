package dev.keelson.http.server;

import dev.keelson.project.ServeDefinition;
import dev.keelson.project.ServeDefinition.Role;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask what. Without tokens everybody on this machine may do everything; with one, every request shows a token, or a
 * cookie that a browser got for one. Secrets are compared in constant time. Safe for use by several threads.
 */
final class Access {
    /** The cookie of a browser that signed in. */
    static final String COOKIE = "keelson_session";

    static final Duration SESSION = Duration.ofHours(12);
    private static final String LOCAL = "command line";
    private static final String BEARER = "Bearer ";
    private static final int MOST_SESSIONS = 1_000;

    /** What asks for predictions, or tells what came of them. */
    private static final Pattern PREDICT = Pattern.compile(
            "/api/v1/models/[^/]+/(predict|predictions|drift-check|health)|/api/v1/drift-checks|/api/v1/(outcomes|events|opportunities|bets)(/.*)?"
                    + "|/v2/models/.*|(/models/[^/]+)?/invocations|/get-online-features|/push|/api/v1/features/(get|push).*"
                    + "|/inference\\.GRPCInferenceService/.*|/feast\\.serving\\.ServingService/.*");

    /** Searches that are sent as POST because they are long. */
    private static final Pattern SEARCH =
            Pattern.compile("/(ajax-)?api/2\\.0/mlflow/.*(search|get-history-bulk.*|list)|/api/v1/.*/search|/v2/repository/index");

    /** Forms of the console that do what a caller of predictions may do over the API. */
    private static final Pattern FORMS = Pattern.compile("/opportunities/[^/]+/settle");

    private static final Pattern OPEN = Pattern.compile("/health|/ready|/ping|/login|/static/.*|/favicon\\.ico");

    private final List<Key> keys = new ArrayList<>();
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> sessions = new LinkedHashMap<>();

    @SuppressWarnings("ArrayRecordComponent") // its own
    private record Key(byte[] digest, Caller caller) {}

    private record Session(Caller caller, Instant until) {}

    /**
     * Who asks.
     *
     * @param name of the token
     * @param role what he may do
     */
    record Caller(String name, Role role) {
        /** Whether its name is its holder's: commands on the server's own machine share a token, and say who they act for. */
        boolean isNamed() {
            return !name.equals(LOCAL);
        }
    }

    /**
     * The access that a project file grants.
     *
     * @param local the token of commands on this machine; null when there is none
     */
    Access(ServeDefinition serve, @Nullable String local, InstantSource clock) {
        this.clock = clock;
        serve.tokens().forEach((name, token) ->
                keys.add(new Key(digest(token.secret()), new Caller(name, token.role()))));
        if (!keys.isEmpty() && local != null && !local.isEmpty()) {
            keys.add(new Key(digest(local), new Caller(LOCAL, Role.ADMIN)));
        }
    }

    /** Whether nobody has to show anything. */
    boolean isOpen() {
        return keys.isEmpty();
    }

    /** Whether an address answers everybody. */
    static boolean isPublic(String path) {
        return OPEN.matcher(path).matches();
    }

    /**
     * Who shows a token or a cookie; null when it is none of ours.
     *
     * @param authorization the header, or null
     * @param cookie its value, or null
     */
    @Nullable Caller caller(@Nullable String authorization, @Nullable String cookie) {
        if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return holder(authorization.substring(BEARER.length()).strip());
        }
        if (cookie == null) {
            return null;
        }
        synchronized (sessions) {
            Session session = sessions.get(cookie);
            return session == null || session.until().isBefore(clock.instant()) ? null : session.caller();
        }
    }

    /** Who holds a token; null when it is none of ours. */
    @Nullable Caller holder(String token) {
        byte[] shown = digest(token);
        Caller found = null;
        for (Key key : keys) { // all of them, so that the time does not tell which one is near
            if (MessageDigest.isEqual(key.digest(), shown)) {
                found = key.caller();
            }
        }
        return found;
    }

    /** A new value of the cookie for a browser that signed in. */
    String session(Caller caller) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        synchronized (sessions) {
            sessions.values().removeIf(session -> session.until().isBefore(clock.instant()));
            if (sessions.size() >= MOST_SESSIONS) {
                sessions.remove(sessions.keySet().iterator().next());
            }
            sessions.put(id, new Session(caller, clock.instant().plus(SESSION)));
        }
        return id;
    }

    /** Ends what {@link #session} began. */
    void forget(String cookie) {
        synchronized (sessions) {
            sessions.remove(cookie);
        }
    }

    /** What one must be allowed to send a request. */
    static Role needed(String method, String path) {
        if (method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS")) {
            return Role.READ;
        }
        if (isPrediction(path) || FORMS.matcher(path).matches()) {
            return Role.PREDICT;
        }
        return SEARCH.matcher(path).matches() || path.equals("/theme") || path.equals("/logout") ? Role.READ : Role.ADMIN;
    }

    /** Whether an address asks for predictions, or takes what came of them. */
    static boolean isPrediction(String path) {
        return PREDICT.matcher(path).matches();
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }
}
