package dev.keelson.project;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a project is served. Immutable.
 *
 * @param defaultModel answers where a request cannot name a model, such as {@code /invocations}; null for the only one
 * @param tokens who may ask, by name; without any, this machine alone is served
 * @param origins of pages elsewhere that may ask for predictions, such as {@code https://dashboard.example.com}
 * @param hosts names it is reached by beside those of this machine
 * @param limits what it takes on at once
 * @param engines the threads of models that predict by an engine
 * @param bets how bets are scored; null where they are not
 * @param callbacks where the end of a job may be told to whoever asked for it; null for nowhere
 */
public record ServeDefinition(
        @Nullable String defaultModel,
        Map<String, Token> tokens,
        List<String> origins,
        List<String> hosts,
        Limits limits,
        Engines engines,
        @Nullable Bets bets,
        @Nullable Callbacks callbacks) {
    /** This machine alone, with the usual limits. */
    public static final ServeDefinition DEFAULT =
            new ServeDefinition(null, Map.of(), List.of(), List.of(), Limits.DEFAULT);

    public ServeDefinition {
        tokens = Collections.unmodifiableMap(new LinkedHashMap<>(tokens));
        origins = List.copyOf(origins);
        hosts = List.copyOf(hosts);
    }

    /** With the usual threads for engines, and without scores of bets. */
    public ServeDefinition(
            @Nullable String defaultModel,
            Map<String, Token> tokens,
            List<String> origins,
            List<String> hosts,
            Limits limits) {
        this(defaultModel, tokens, origins, hosts, limits, Engines.DEFAULT, null, null);
    }

    /**
     * Where the end of a job may be told.
     *
     * @param secret what is told is signed with
     * @param allow beginnings of addresses, such as {@code https://n8n.example.org/webhook/}; at least one
     */
    public record Callbacks(String secret, List<String> allow) {
        public Callbacks {
            allow = List.copyOf(allow);
        }

        /** Whether an address begins as one of those: the same scheme, host and port, and a path below. */
        public boolean allows(URI address) {
            return allow.stream().map(URI::create).anyMatch(each -> each.getScheme().equalsIgnoreCase(address.getScheme())
                    && each.getHost().equalsIgnoreCase(address.getHost())
                    && port(each) == port(address)
                    && address.getRawUserInfo() == null
                    && !path(address).contains("..")
                    && !path(address).contains("%")
                    && path(address).startsWith(path(each)));
        }

        private static int port(URI address) {
            return address.getPort() >= 0 ? address.getPort() : "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
        }

        private static String path(URI address) {
            String path = address.getRawPath();
            return path == null || path.isEmpty() ? "/" : path;
        }

        @Override
        public String toString() {
            return "Callbacks[" + allow + "]";
        }
    }

    /** What the holder of a token may do; each one may do what those before it may. */
    public enum Role {
        /** Look at everything. */
        READ,
        /** Ask for predictions, send outcomes and opportunities. */
        PREDICT,
        /** Change anything. */
        ADMIN;

        /** Whether it may do what another may. */
        public boolean covers(Role other) {
            return compareTo(other) >= 0;
        }
    }

    /**
     * A secret that a request shows.
     *
     * @param secret at least 16 characters; never printed
     * @param role what its holder may do
     */
    public record Token(String secret, Role role) {
        /** Shorter secrets can be guessed. */
        public static final int LEAST = 16;

        public Token {
            Objects.requireNonNull(role);
            if (secret.length() < LEAST) {
                throw new IllegalArgumentException("A token must have at least %d characters.".formatted(LEAST));
            }
        }

        @Override
        public String toString() {
            return "Token[" + role + "]";
        }
    }

    /**
     * What is taken on at once.
     *
     * @param connections open at once; further ones wait to be accepted
     * @param perAddress connections of one address; further ones are turned away (429); 0 for no limit
     * @param perClient requests a second of one client, the holder of a token or an address; 0 for no limit
     * @param rows of one stream (CSV, lines of JSON, Parquet) that are answered; 0 for no limit
     * @param delay requests for predictions are turned away (503) while those before them wait longer than this
     * @param receive so long a request may take to arrive as a whole, and an answer to be taken
     * @param idle so long a connection may wait for its next request
     * @param notice so long {@code /ready} says that the server ends before it stops to listen
     * @param drain so long running requests are given when the server ends
     */
    public record Limits(
            int connections,
            int perAddress,
            int perClient,
            long rows,
            Duration delay,
            Duration receive,
            Duration idle,
            Duration notice,
            Duration drain) {
        /** 4,096 connections, 1,024 of one address, 10 million rows, 25 ms, 30 s, 2 minutes, no notice, 10 s; no limit for one client. */
        public static final Limits DEFAULT = new Limits(
                4_096,
                1_024,
                0,
                10_000_000,
                Duration.ofMillis(25),
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                Duration.ZERO,
                Duration.ofSeconds(10));

        /** With so many requests a second of one client, and so long for a request to arrive. */
        public Limits with(int perClient, Duration receive) {
            return new Limits(connections, perAddress, perClient, rows, delay, receive, idle, notice, drain);
        }
    }

    /**
     * How models predict that are networks, or files that a library of another language evaluates. They have threads of their
     * own, so that a slow one keeps no other model waiting.
     *
     * @param threads that predict at once
     * @param queue requests that wait for them; more are turned away (503)
     * @param deadline requests that are not predicted by then are turned away (503)
     */
    public record Engines(int threads, int queue, Duration deadline) {
        /** Half of the processors, 64 requests, 10 s. */
        public static final Engines DEFAULT = new Engines(
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 64, Duration.ofSeconds(10));
    }

    /**
     * How bets are scored, counted and captured. Columns are those of the model's source.
     *
     * @param model answers with the chance that a bet is won: its last class, or its number
     * @param odds decimal odds
     * @param fair the chance by the consensus of prices, without margin; null for none
     * @param closing odds when betting ended; null for none
     * @param stake what was bet, in money
     * @param profit what it brought beside the stake; of a row without it nothing is settled
     * @param by texts that bets are counted by, such as sport and market
     * @param bandit decides which share of the Kelly stake is suggested; null for a quarter, at most 5 % of the bank
     * @param webhook is told each captured opportunity; null for none
     */
    public record Bets(
            String model,
            String odds,
            @Nullable String fair,
            @Nullable String closing,
            String stake,
            String profit,
            List<String> by,
            @Nullable String bandit,
            @Nullable Webhook webhook) {
        public Bets {
            by = List.copyOf(by);
        }
    }

    /**
     * Where something is told.
     *
     * @param url an address of HTTP
     * @param secret what it is signed with; never printed
     */
    public record Webhook(String url, String secret) {
        @Override
        public String toString() {
            return "Webhook";
        }
    }
}
