// The page of an encrypted file: decrypts it in the browser, with the key in the link or a passphrase.
import { decryptContainer, readHeader } from './fszk.js';

const form = document.querySelector('form[data-content]');
const field = form.querySelector('.field');
const passphrase = form.querySelector('input');
const status = form.querySelector('[role=status]');
const link = document.querySelector('#decrypted');

const response = await fetch(form.dataset.content);
const bytes = await response.arrayBuffer();

form.addEventListener('submit', async (event) => {
	event.preventDefault();
	status.textContent = 'Decrypting…';
	link.hidden = true;
	try {
		const secrets = { fragment: location.hash, passphrase: passphrase.value };
		const { name, type, parts } = await decryptContainer(bytes, secrets);
		link.href = URL.createObjectURL(new Blob(parts, { type }));
		link.download = name;
		link.textContent = `Save ${name}`;
		link.hidden = false;
		status.textContent = 'Decrypted';
	} catch (error) {
		status.textContent = error.message;
	}
});

try {
	field.hidden = readHeader(bytes).header.keyMode !== 'passphrase';
	form.hidden = false;
} catch (error) {
	status.textContent = error.message;
}
