// Enhances the upload form: drag and drop, removing files and a progress bar. The form also works without JavaScript.
const form = document.querySelector('form[data-upload]');
const input = form.querySelector('input[type=file]');
const drop = form.querySelector('.drop');
const list = form.querySelector('.chosen');
const button = form.querySelector('button[type=submit]');
const progress = form.querySelector('progress');
const status = form.querySelector('[role=status]');

/** The selected files, in order. The input itself only keeps the latest selection. */
let chosen = [];

function add(files) {
	chosen = [...chosen, ...files];
	show();
}

function readable(bytes) {
	const units = ['B', 'KB', 'MB', 'GB'];
	let unit = 0;
	for (; bytes >= 1000 && unit < units.length - 1; unit += 1) bytes /= 1000;
	return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

function show() {
	const transfer = new DataTransfer();
	for (const file of chosen) transfer.items.add(file);
	input.files = transfer.files;
	list.replaceChildren(...chosen.map((file, index) => row(file, index)));
	list.hidden = chosen.length === 0;
}

function row(file, index) {
	const item = document.createElement('li');
	const name = document.createElement('span');
	name.className = 'name';
	name.textContent = file.name;
	const size = document.createElement('span');
	size.className = 'size';
	size.textContent = readable(file.size);
	const remove = document.createElement('button');
	remove.type = 'button';
	remove.textContent = 'Remove';
	remove.setAttribute('aria-label', `Remove ${file.name}`);
	remove.addEventListener('click', () => {
		chosen = chosen.filter((_file, other) => other !== index);
		show();
	});
	item.append(name, size, remove);
	return item;
}

input.addEventListener('change', () => add(input.files));

for (const event of ['dragenter', 'dragover']) {
	drop.addEventListener(event, (dragged) => {
		dragged.preventDefault();
		drop.classList.add('over');
	});
}
for (const event of ['dragleave', 'drop']) {
	drop.addEventListener(event, () => drop.classList.remove('over'));
}
drop.addEventListener('drop', (dropped) => {
	dropped.preventDefault();
	add(dropped.dataTransfer.files);
});

form.addEventListener('submit', (event) => {
	event.preventDefault();
	const request = new XMLHttpRequest();
	request.upload.addEventListener('progress', ({ loaded, total }) => {
		progress.value = loaded / total;
		status.textContent = `${Math.floor((loaded / total) * 100)} % uploaded`;
	});
	request.addEventListener('load', () => {
		if (request.status < 300) {
			location.assign(request.responseURL);
			return;
		}
		// The response is a page (link expired, no file selected); show it as a normal form submission would.
		document.open();
		document.write(request.responseText);
		document.close();
	});
	request.addEventListener('error', () => {
		button.disabled = false;
		progress.hidden = true;
		status.textContent = 'The connection was lost and nothing was uploaded. Please try again.';
	});
	request.open('POST', form.action);
	request.send(new FormData(form));
	button.disabled = true;
	progress.hidden = false;
});
