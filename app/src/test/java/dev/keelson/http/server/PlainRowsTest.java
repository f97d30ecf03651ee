package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.KeelsonException;
import dev.keelson.http.PlainRow;
import dev.keelson.http.PredictOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlainRowsTest {
    private static final List<String> NAMES = List.of("id", "x", "y", "home", "league name");
    private static final PlainRows ROWS = Objects.requireNonNull(PlainRows.of(NAMES));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":\"a\",\"x\":1,\"y\":-2.5,\"home\":true,\"league name\":null}",
                " { \"id\" : \"a b\" ,\n\t\"x\" : 0 , \"y\":-0.0,\"home\":false,\"league name\":\"\"}\r\n",
                "[{\"id\":\"a\",\"x\":-0,\"y\":1e5,\"home\":true,\"league name\":\"L\"}]",
                "{\"rows\":[{\"id\":\"a\",\"x\":1,\"y\":2E-3,\"home\":true,\"league name\":\"L\"},"
                        + "{\"id\":\"b\",\"x\":2,\"y\":0.1,\"home\":true,\"league name\":\"M\"}] }",
                "{\"id\":1,\"x\":999999999999999999,\"y\":1.7976931348623157e308,\"home\":null,\"league name\":\"L\"}",
                "{\"id\":1,\"x\":0.30000000000000004,\"y\":12345678901234567.25,\"home\":4.9e-324,\"league name\":1e400}",
            })
    void usualFormsAreReadAsEver(String body) throws IOException {
        List<PlainRow> rows = Objects.requireNonNull(ROWS.read(bytes(body)));

        assertThat(bits(rows)).isEqualTo(bits(ever(bytes(body))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"rows\":[]}",
                "{\"x\":1,\"id\":\"a\",\"y\":1,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":1,\"y\":2,\"home\":true}",
                "{\"id\":\"a\",\"x\":1,\"y\":2,\"home\":true,\"league name\":\"L\",\"z\":1}",
                "{\"id\":\"a\",\"x\":01,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":+1,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":1.,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":.5,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":NaN,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":1e,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":[1],\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"\\u0041\",\"x\":1,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"Bärn\",\"x\":1,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":1234567890123456789012,\"y\":2,\"home\":true,\"league name\":\"L\"}",
                "{\"id\":\"a\",\"x\":1,\"y\":2,\"home\":true,\"league name\":\"L\"} {}",
                "{\"id\":\"a\",\"x\":1,\"y\":2,\"home\":true,\"league name\":\"L\"",
                "{\"rows\":[{\"id\":\"a\",\"x\":1,\"y\":2,\"home\":true,\"league name\":\"L\"}],\"durable\":true}",
            })
    void otherFormsAreLeftToTheParser(String body) {
        List<PlainRow> rows = ROWS.read(bytes(body));

        assertThat(rows).isNull();
    }

    @Test
    void numbersAreReadToTheSameBits() throws IOException {
        Random random = new Random(1);

        for (int i = 0; i < 20_000; i++) {
            double value = i % 2 == 0 ? Double.longBitsToDouble(random.nextLong()) : random.nextGaussian();
            String number = i % 3 == 0 ? String.format(Locale.ROOT, "%.7f", value) : Double.toString(value);
            byte[] body = bytes("{\"id\":1,\"x\":" + number + ",\"y\":1,\"home\":1,\"league name\":1}");
            List<PlainRow> rows = ROWS.read(body);
            if (rows != null) {
                assertThat(bits(rows)).as(number).isEqualTo(bits(ever(body)));
            } else {
                assertThat(Double.isFinite(value) && Math.abs(value) < 1e17 && number.length() < 60).as(number).isFalse();
            }
        }
    }

    @Test
    void whateverIsTakenTheParserTakesToo() {
        Random random = new Random(2);
        byte[] good = bytes("{\"rows\":[{\"id\":\"a\",\"x\":1,\"y\":-2.5e1,\"home\":true,\"league name\":null}"
                + ",{\"id\":\"b\",\"x\":1,\"y\":2,\"home\":false,\"league name\":\"L\"}]}");
        byte[] alphabet = bytes("{}[]\",:\\ \n0123456789.eE+-truefalsn\u0000x");
        int taken = 0;

        for (int i = 0; i < 60_000; i++) {
            byte[] body = good.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                body[random.nextInt(body.length)] = alphabet[random.nextInt(alphabet.length)];
            }
            List<PlainRow> rows = ROWS.read(body);
            if (rows != null) {
                taken++;
                assertThat(bits(rows)).isEqualTo(bits(ever(body)));
            }
        }

        assertThat(taken).isGreaterThan(1_000);
    }

    @Test
    void rowsWithUnusualNamesAreLeftToTheParser() {
        assertThat(PlainRows.of(List.of("größe"))).isNull();
        assertThat(PlainRows.of(List.of("a\"b"))).isNull();
        assertThat(PlainRows.of(List.of())).isNull();
    }

    private static List<Map<String, Object>> ever(byte[] body) {
        try {
            return new ArrayList<>(PredictRequest.read(new ByteArrayInputStream(body), PredictOptions.DEFAULT).rows());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (KeelsonException e) {
            throw new AssertionError("refused: " + new String(body, StandardCharsets.UTF_8), e);
        }
    }

    /** With types, and numbers to the bit. */
    private static List<List<String>> bits(List<? extends Map<String, ?>> rows) {
        return rows.stream()
                .map(row -> row.entrySet().stream()
                        .map(cell -> cell.getKey() + "=" + bits(cell.getValue()))
                        .toList())
                .toList();
    }

    private static String bits(Object value) {
        return value instanceof Double number
                ? Long.toHexString(Double.doubleToRawLongBits(number))
                : value == null ? "null" : value.getClass().getSimpleName() + value;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
