package dev.keelson.store.postgres;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is and who asks: {@code postgresql://user:password@host:port/database?sslmode=require}, also with
 * {@code postgres:} or {@code jdbc:postgresql:} in front. Its text never holds the password.
 */
final class PostgresAddress {
    private final String url;
    private final String shown;
    private final Properties properties;

    private PostgresAddress(String url, String shown, Properties properties) {
        this.url = url;
        this.shown = shown;
        this.properties = properties;
    }

    /**
     * Reads an address.
     *
     * @param defaults settings of the driver that count unless the address has them
     * @throws KeelsonException BAD_VALUE when it is none; the address itself is not shown
     */
    static PostgresAddress parse(Located address, Map<String, String> defaults) {
        String text = address.text().strip();
        String plain = text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text;
        URI uri;
        try {
            uri = new URI(plain);
        } catch (URISyntaxException e) {
            throw notAnAddress(address); // without the cause: it quotes the address
        }
        String path = uri.getRawPath();
        boolean scheme = "postgres".equals(uri.getScheme()) || "postgresql".equals(uri.getScheme());
        if (!scheme || uri.getHost() == null || path == null || path.length() < 2) {
            throw notAnAddress(address);
        }
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "keelson");
        defaults.forEach(properties::setProperty);
        String query = uri.getRawQuery();
        if (query != null) {
            for (String setting : query.split("&", -1)) {
                int equals = setting.indexOf('=');
                if (equals > 0) {
                    properties.setProperty(decoded(setting.substring(0, equals)), decoded(setting.substring(equals + 1)));
                }
            }
        }
        String user = uri.getRawUserInfo();
        if (user != null) {
            int colon = user.indexOf(':');
            properties.setProperty("user", decoded(colon < 0 ? user : user.substring(0, colon)));
            if (colon >= 0) {
                properties.setProperty("password", decoded(user.substring(colon + 1)));
            }
        }
        String at = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + path;
        return new PostgresAddress("jdbc:postgresql://" + at, at, properties);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static KeelsonException notAnAddress(Located address) {
        return new KeelsonException(Problem.at(
                ErrorCode.BAD_VALUE,
                address.location(),
                "The address of the database is not of the form postgresql://user:password@host:port/database.",
                "Maybe a variable in it is not set as meant, or a special character of the password is not written as"
                        + " %XX."));
    }

    String url() {
        return url;
    }

    /** The driver's settings, user and password among them. */
    Properties properties() {
        return properties;
    }

    /** A new connection. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, properties);
    }

    /** A new connection that writes texts as values of whatever type their columns have, many rows at once. */
    Connection connectToWrite() throws SQLException {
        Properties writing = new Properties();
        writing.putAll(properties);
        writing.setProperty("stringtype", "unspecified");
        writing.setProperty("reWriteBatchedInserts", "true");
        return DriverManager.getConnection(url, writing);
    }

    /** What a failure says, without the password. */
    String message(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        String password = properties.getProperty("password");
        return secret(password) ? message.replace(String.valueOf(password), "***") : message;
    }

    private static boolean secret(@Nullable String password) {
        return password != null && !password.isEmpty();
    }

    /** {@code host:port/database}. */
    @Override
    public String toString() {
        return shown;
    }
}
