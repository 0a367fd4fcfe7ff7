//! Landscapes out of nothing, drawn in a browser's canvas: an evening at a lake, another one for each number. Knows no file.

/** Runs inside the page. Answers the picture as a JPEG in base64. */
export function landscape([number, width, height]: [number, number, number]): string {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const pen = canvas.getContext('2d')!;

  let grain = (number + 1) * 2_654_435_761;
  const chance = (least = 0, most = 1) => {
    grain = (Math.imul(grain ^ (grain >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return least + ((grain >>> 8) / 0xffffff) * (most - least);
  };
  const colour = (light: number, strength: number, hue: number) => `oklch(${light}% ${strength} ${hue})`;

  // the hour: from night over dawn to a bright day
  const hours = [
    { sky: [22, 0.05, 270], low: [48, 0.1, 30], land: 260, light: 14 },
    { sky: [55, 0.08, 250], low: [84, 0.12, 65], land: 240, light: 26 },
    { sky: [70, 0.09, 240], low: [92, 0.04, 220], land: 200, light: 38 },
    { sky: [62, 0.1, 30], low: [86, 0.14, 75], land: 330, light: 22 },
    { sky: [76, 0.05, 230], low: [90, 0.03, 100], land: 150, light: 40 },
    { sky: [38, 0.08, 300], low: [72, 0.15, 40], land: 290, light: 18 },
  ] as const;
  const hour = hours[Math.floor(chance(0, hours.length))];
  const horizon = height * chance(0.5, 0.66);

  const sky = pen.createLinearGradient(0, 0, 0, horizon);
  sky.addColorStop(0, colour(...(hour.sky as unknown as [number, number, number])));
  sky.addColorStop(1, colour(...(hour.low as unknown as [number, number, number])));
  pen.fillStyle = sky;
  pen.fillRect(0, 0, width, height);

  const sun = { x: width * chance(0.15, 0.85), y: horizon - height * chance(0.02, 0.3), size: height * chance(0.03, 0.08) };
  const glow = pen.createRadialGradient(sun.x, sun.y, sun.size * 0.4, sun.x, sun.y, sun.size * 9);
  glow.addColorStop(0, 'oklch(99% 0.04 90 / 0.95)');
  glow.addColorStop(0.12, 'oklch(96% 0.09 85 / 0.5)');
  glow.addColorStop(1, 'oklch(90% 0.1 70 / 0)');
  pen.fillStyle = glow;
  pen.fillRect(0, 0, width, height);

  for (let cloud = 0; cloud < 14; cloud += 1) {
    const [x, y, long] = [width * chance(-0.1, 1), horizon * chance(0.05, 0.7), width * chance(0.1, 0.4)];
    for (let puff = 0; puff < 26; puff += 1) {
      const size = height * chance(0.01, 0.045);
      pen.fillStyle = `oklch(97% 0.02 ${hour.low[2]} / ${chance(0.015, 0.06)})`;
      pen.beginPath();
      pen.ellipse(x + long * chance(), y + size * chance(-1, 1), size * 3, size, 0, 0, 7);
      pen.fill();
    }
  }

  // ridges, each nearer one darker and rougher
  const ridges = 4 + Math.floor(chance(0, 3));
  for (let ridge = 0; ridge < ridges; ridge += 1) {
    const near = ridge / (ridges - 1);
    const waves = Array.from({ length: 7 }, (_, wave) => ({
      long: 2 ** wave * chance(0.6, 1.5),
      tall: (height * chance(0.03, 0.13) * (1 - near * 0.55)) / 1.75 ** wave,
      from: chance(0, 7),
    }));
    const base = horizon - height * (0.1 * (1 - near)) + height * 0.015;
    pen.fillStyle = colour(hour.light + (hour.low[0] - hour.light) * (1 - near) * 0.72, 0.03 + 0.03 * near, hour.land);
    pen.beginPath();
    pen.moveTo(0, horizon + 2);
    for (let x = 0; x <= width; x += 2) {
      const up = waves.reduce((sum, wave) => sum + wave.tall * Math.sin((x / width) * 6.3 * wave.long + wave.from), 0);
      pen.lineTo(x, Math.min(base - up, horizon + 1));
    }
    pen.lineTo(width, horizon + 2);
    pen.fill();
  }

  // the lake: the same once more, upside down, darker and stirred
  for (let row = 0; row < height - horizon; row += 1) {
    const from = horizon - 1 - row * 0.92;
    if (from < 0) break;
    const stir = Math.sin(row * 0.9 + number) * row * 0.012 + chance(-1, 1) * (1 + row * 0.01);
    pen.drawImage(canvas, 0, from, width, 1, stir, horizon + row, width, 1);
  }
  const depth = pen.createLinearGradient(0, horizon, 0, height);
  depth.addColorStop(0, `oklch(30% 0.04 ${hour.land} / 0.12)`);
  depth.addColorStop(1, `oklch(16% 0.04 ${hour.land} / 0.62)`);
  pen.fillStyle = depth;
  pen.fillRect(0, horizon, width, height - horizon);

  if (chance() < 0.6) {
    const [x, size] = [width * chance(0.15, 0.8), height * chance(0.05, 0.09)];
    const y = horizon + (height - horizon) * chance(0.2, 0.5);
    pen.fillStyle = 'oklch(12% 0.02 60)';
    pen.beginPath();
    pen.moveTo(x - size, y - size * 0.15);
    pen.quadraticCurveTo(x, y + size * 0.35, x + size, y - size * 0.15);
    pen.fill();
    pen.fillStyle = `oklch(96% 0.03 ${chance(20, 110)} / 0.95)`;
    pen.beginPath();
    pen.moveTo(x - size * 0.05, y - size * 0.15);
    pen.lineTo(x - size * 0.05, y - size * 2.1);
    pen.quadraticCurveTo(x + size * 0.9, y - size * 0.9, x + size * 0.75, y - size * 0.2);
    pen.fill();
  }

  const corners = pen.createRadialGradient(width / 2, height / 2, height * 0.4, width / 2, height / 2, width * 0.75);
  corners.addColorStop(0, 'oklch(0% 0 0 / 0)');
  corners.addColorStop(1, 'oklch(0% 0 0 / 0.35)');
  pen.fillStyle = corners;
  pen.fillRect(0, 0, width, height);
  return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
}
