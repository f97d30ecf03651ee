package dev.keelson.simulate;

import java.io.IOException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Daily prices of stocks, and their annual reports.
 *
 * <p>Daily log returns are a market move times a beta plus a move of the stock's own, both normal; business days are Monday to Friday. A firm
 * has shares, a payout-free equity that grows by its income, revenue that grows, and a margin that wanders; its price starts at about 18 times its
 * earnings and does not follow them afterwards. Reports end with December; those that a price can know are of the years before. Of the 79 columns of a
 * report those that the example reads and their sums are filled and consistent; the others are empty.
 *
 * <p>Faults as in real files, found by the checks of the example: one close of the second ticker is halved for one day, the third ticker falls by half for
 * good on a day (a spin-off), one row has no open, high and low, one close lies above its day's high, one report's {@code For Year} is 1215,
 * every tenth report has neither earnings per share nor shares, and the last firm has reports but no prices. Same settings, same bytes.
 */
public final class SimulatedStocks {
    /** Names of the columns of prices, in order. */
    public static final List<String> PRICE_COLUMNS = List.of("ticker", "date", "open", "high", "low", "close", "volume");

    /** Names of the columns of reports, in order. */
    public static final List<String> REPORT_COLUMNS = List.of(
            "Price", "Ticker Symbol", "Period Ending", "Accounts Payable", "Accounts Receivable", "Add'l income/expense items",
            "After Tax ROE", "Capital Expenditures", "Capital Surplus", "Cash Ratio", "Cash and Cash Equivalents",
            "Changes in Inventories", "Common Stocks", "Cost of Revenue", "Current Ratio", "Deferred Asset Charges",
            "Deferred Liability Charges", "Depreciation", "Earnings Before Interest and Tax", "Earnings Before Tax",
            "Effect of Exchange Rate", "Equity Earnings/Loss Unconsolidated Subsidiary", "Fixed Assets", "Goodwill",
            "Gross Margin", "Gross Profit", "Income Tax", "Intangible Assets", "Interest Expense", "Inventory", "Investments",
            "Liabilities", "Long-Term Debt", "Long-Term Investments", "Minority Interest", "Misc. Stocks", "Net Borrowings",
            "Net Cash Flow", "Net Cash Flow-Operating", "Net Cash Flows-Financing", "Net Cash Flows-Investing", "Net Income",
            "Net Income Adjustments", "Net Income Applicable to Common Shareholders", "Net Income-Cont. Operations",
            "Net Receivables", "Non-Recurring Items", "Operating Income", "Operating Margin", "Other Assets",
            "Other Current Assets", "Other Current Liabilities", "Other Equity", "Other Financing Activities",
            "Other Investing Activities", "Other Liabilities", "Other Operating Activities", "Other Operating Items",
            "Pre-Tax Margin", "Pre-Tax ROE", "Profit Margin", "Quick Ratio", "Research and Development", "Retained Earnings",
            "Sale and Purchase of Stock", "Sales, General and Admin.", "Short-Term Debt / Current Portion of Long-Term Debt",
            "Short-Term Investments", "Total Assets", "Total Current Assets", "Total Current Liabilities", "Total Equity",
            "Total Liabilities", "Total Liabilities & Equity", "Total Revenue", "Treasury Stock", "For Year",
            "Earnings Per Share", "Estimated Shares Outstanding");

    /** Names of the columns of securities, in order. */
    public static final List<String> SECURITY_COLUMNS = List.of("ticker", "name", "sector", "sub_industry", "date_first_added");

    private static final List<String> SECTORS =
            List.of("Information Technology", "Industrials", "Health Care", "Financials", "Energy", "Consumer Discretionary");
    private static final LocalDate FIRST_DAY = LocalDate.of(2013, 2, 8);

    private final int tickers;
    private final int years;
    private final long seed;

    /**
     * @param tickers how many stocks, 4 to 500
     * @param years years of prices from 2013-02-08 on, 1 to 10
     * @param seed reaches everything random
     * @throws IllegalArgumentException if a number is outside its range
     */
    public SimulatedStocks(int tickers, int years, long seed) {
        SimulatedBars.requireBetween("tickers", tickers, 4, 500);
        SimulatedBars.requireBetween("years", years, 1, 10);
        this.tickers = tickers;
        this.years = years;
        this.seed = seed;
    }

    private static String ticker(int number) {
        return "S" + (char) ('A' + number / 26) + (char) ('A' + number % 26);
    }

    private double firstPrice(int ticker) {
        return SimulatedBets.rounded(60 * StrictMath.exp(0.5 * RandomStream.of(seed, 1, ticker).normal()), 100);
    }

    /**
     * Writes a header and the prices, by ticker, then by day.
     *
     * @param out where to write; neither flushed nor closed
     * @return how many rows were written
     * @throws IOException if {@code out} throws it
     */
    public int writePrices(Appendable out) throws IOException {
        List<LocalDate> days = new ArrayList<>();
        for (LocalDate day = FIRST_DAY; day.isBefore(FIRST_DAY.plusYears(years)); day = day.plusDays(1)) {
            if (day.getDayOfWeek() != DayOfWeek.SATURDAY && day.getDayOfWeek() != DayOfWeek.SUNDAY) {
                days.add(day);
            }
        }
        double[] market = new double[days.size()];
        RandomStream marketRandom = RandomStream.of(seed, 2);
        for (int i = 0; i < market.length; i++) {
            market[i] = 0.0003 + 0.008 * marketRandom.normal();
        }
        out.append(String.join(",", PRICE_COLUMNS)).append('\n');
        for (int t = 0; t < tickers; t++) {
            RandomStream random = RandomStream.of(seed, 3, t);
            double beta = 0.6 + 0.8 * random.uniform();
            double close = firstPrice(t);
            for (int i = 0; i < market.length; i++) {
                double open = close * StrictMath.exp(0.003 * random.normal());
                close = open * StrictMath.exp(beta * market[i] + 0.012 * random.normal());
                if (t == 2 && i == market.length / 2) {
                    open *= 0.45; // a spin-off
                    close *= 0.45;
                }
                double high = Math.max(open, close) * (1 + 0.008 * random.uniform());
                double low = Math.min(open, close) * (1 - 0.008 * random.uniform());
                double volume = Math.rint(2_000_000 * StrictMath.exp(0.4 * random.normal()));
                double written = t == 1 && i == market.length / 3 ? close / 2 : close;
                boolean empty = t == 3 && i == market.length / 4;
                if (t == 1 && i == market.length / 3) {
                    low = Math.min(low, written);
                }
                if (t == 3 && i == market.length / 5) {
                    written = high * 1.05; // a close above the day's high
                }
                out.append(ticker(t)).append(',').append(days.get(i).toString());
                out.append(',').append(empty ? "" : cents(open));
                out.append(',').append(empty ? "" : cents(high));
                out.append(',').append(empty ? "" : cents(low));
                out.append(',').append(cents(written));
                out.append(',').append(SimulatedBars.plain(volume)).append('\n');
            }
        }
        return days.size() * tickers;
    }

    /**
     * Writes a header and the annual reports, by ticker, then by year.
     *
     * @param out where to write; neither flushed nor closed
     * @return how many reports were written
     * @throws IOException if {@code out} throws it
     */
    public int writeReports(Appendable out) throws IOException {
        out.append(String.join(",", REPORT_COLUMNS.stream().map(SimulatedStocks::quoted).toList())).append('\n');
        int written = 0;
        for (int t = 0; t <= tickers; t++) { // one more than have prices
            RandomStream random = RandomStream.of(seed, 4, t);
            double shares = Math.rint(3e8 * StrictMath.exp(0.6 * random.normal()));
            double margin = 0.05 + 0.1 * random.uniform();
            double revenue = firstPrice(t) / 18 * shares / margin;
            double equity = revenue * (0.5 + random.uniform());
            for (int year = FIRST_DAY.getYear() - 1; year < FIRST_DAY.getYear() + years; year++) {
                revenue = Math.rint(revenue * (1.03 + 0.06 * random.normal()));
                margin = Math.clamp(margin + 0.02 * random.normal(), -0.1, 0.3);
                double income = Math.rint(revenue * margin);
                equity = Math.rint(Math.max(equity + income, revenue / 10));
                double liabilities = Math.rint(equity * (0.8 + 0.4 * random.uniform()));
                boolean thin = written % 10 == 9;
                Map<String, String> cells = new HashMap<>();
                cells.put("Ticker Symbol", ticker(t));
                cells.put("Period Ending", LocalDate.of(year, 12, 31).toString());
                cells.put("Price", cents(firstPrice(t) * StrictMath.exp(0.1 * random.normal())));
                cells.put("Total Revenue", SimulatedBars.plain(revenue));
                cells.put("Net Income", SimulatedBars.plain(income));
                cells.put("Profit Margin", SimulatedBars.plain(Math.rint(100 * Math.abs(margin))));
                cells.put("After Tax ROE", SimulatedBars.plain(Math.rint(100 * Math.abs(income / equity))));
                cells.put("Total Equity", SimulatedBars.plain(equity));
                cells.put("Total Liabilities", SimulatedBars.plain(liabilities));
                cells.put("Total Assets", SimulatedBars.plain(equity + liabilities));
                cells.put("Total Liabilities & Equity", SimulatedBars.plain(equity + liabilities));
                cells.put("Current Ratio", SimulatedBars.plain(Math.rint(100 * (1 + random.uniform()))));
                cells.put("For Year", written == tickers ? "1215" : Integer.toString(year));
                cells.put("Earnings Per Share", thin ? "" : cents(income / shares));
                cells.put("Estimated Shares Outstanding", thin ? "" : SimulatedBars.plain(shares));
                out.append(String.join(",", REPORT_COLUMNS.stream().map(name -> cells.getOrDefault(name, "")).toList()));
                out.append('\n');
                written++;
            }
        }
        return written;
    }

    /**
     * Writes a header and one row for each stock.
     *
     * @param out where to write; neither flushed nor closed
     * @return how many stocks were written
     * @throws IOException if {@code out} throws it
     */
    public int writeSecurities(Appendable out) throws IOException {
        out.append(String.join(",", SECURITY_COLUMNS)).append('\n');
        for (int t = 0; t < tickers; t++) {
            Map<String, String> cells = Map.of(
                    "ticker", ticker(t), "name", "Firm " + ticker(t), "sector", SECTORS.get(t % SECTORS.size()));
            out.append(String.join(",", SECURITY_COLUMNS.stream().map(name -> cells.getOrDefault(name, "")).toList()));
            out.append('\n');
        }
        return tickers;
    }

    private static String cents(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String quoted(String name) {
        return name.contains(",") ? '"' + name + '"' : name;
    }
}
