import com.tictactec.ta.lib.Compatibility;
import com.tictactec.ta.lib.Core;
import com.tictactec.ta.lib.MInteger;
import java.util.Arrays;
import java.util.Locale;

/**
 * Makes indicators.csv with TA-Lib for Java (com.tictactec:ta-lib:0.4.0 of Maven Central), which shares no code with Keelson:
 * {@code java -cp ta-lib-0.4.0.jar Indicators.java > indicators.csv}. Averages start at the first value (TA-Lib's
 * Metastock mode); RSI is TA-Lib's own.
 */
public final class Indicators {
    private static final int N = 300;

    public static void main(String[] args) {
        double[] close = new double[N];
        long state = 42;
        double price = 100;
        for (int i = 0; i < N; i++) {
            state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            price = Math.max(10, price * (1 + ((state >>> 33) % 2_001 - 1_000) / 25_000.0));
            close[i] = Math.round(price * 100) / 100.0;
        }
        Core fromFirst = new Core();
        fromFirst.SetCompatibility(Compatibility.Metastock);
        MInteger begin = new MInteger();
        MInteger length = new MInteger();
        double[] out = new double[N];
        fromFirst.ema(0, N - 1, close, 10, begin, length, out);
        double[] ema = placed(out, begin, length);
        new Core().rsi(0, N - 1, close, 14, begin, length, out);
        double[] rsi = placed(out, begin, length);
        double[] signalOut = new double[N];
        double[] histogramOut = new double[N];
        fromFirst.macd(0, N - 1, close, 12, 26, 9, begin, length, out, signalOut, histogramOut);
        double[] line = placed(out, begin, length);
        double[] signal = placed(signalOut, begin, length);
        double[] histogram = placed(histogramOut, begin, length);
        System.out.println("# ta-lib 0.4.0 (Indicators.java): ema 10, rsi 14, macd 12 26 9");
        System.out.println("close,ema,rsi,macd_line,macd_signal,macd_histogram");
        for (int i = 0; i < N; i++) {
            System.out.printf(
                    Locale.ROOT, "%.2f,%s,%s,%s,%s,%s%n",
                    close[i], cell(ema[i]), cell(rsi[i]), cell(line[i]), cell(signal[i]), cell(histogram[i]));
        }
    }

    private static double[] placed(double[] out, MInteger begin, MInteger length) {
        double[] values = new double[N];
        Arrays.fill(values, Double.NaN);
        System.arraycopy(out, 0, values, begin.value, length.value);
        return values;
    }

    private static String cell(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }
}
